#pragma once

#include "client/core/player.hpp"
#include "common/audio/block.hpp"
#include "common/audio/resampler.hpp"
#include "common/codec/opus_decoder.hpp"
#include "common/codec/opus_encoder.hpp"
#include "common/wire/packet.hpp"
#include "tests/support/rt_guard.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <numbers>
#include <set>
#include <vector>

namespace earshot::client::test {

/// Sound as a function of a frame's number.
using Signal = std::function<double(std::int64_t)>;

inline Signal tone(double frequency_hz, double peak) {
    return [=](std::int64_t frame) {
        return peak *
               std::sin(2.0 * std::numbers::pi * frequency_hz * static_cast<double>(frame) / 48e3);
    };
}
/// Partials that share no period, so that every position can be told from every other.
inline Signal chord(double peak) {
    return [=](std::int64_t frame) {
        double sum = 0.0;
        for (const double hz : {211.3, 487.9, 1'013.7, 2'291.1, 4'407.3}) {
            sum += std::sin(2.0 * std::numbers::pi * hz * static_cast<double>(frame) / 48e3);
        }
        return 0.2 * peak * sum;
    };
}
inline Signal silence() {
    return [](std::int64_t) { return 0.0; };
}

/// What a server sends for one stream and epoch, and what a listener must decode from it.
class EncodedLane {
public:
    static constexpr std::int64_t kPacket = 960;

    /// @param start    Media frame at which its programme is switched to.
    /// @param packets  Pre-roll included.
    /// @param lost     Sequence numbers that the reference decoder conceals, singly.
    EncodedLane(int stream,
                std::uint32_t epoch,
                std::int64_t start,
                int packets,
                const Signal& signal,
                const std::set<std::uint32_t>& lost = {})
        : start_(start), first_(start - kEpochPreroll.count()), decoded_(2, packets * 960) {
        codec::OpusEncoder encoder({.bitrate_bps = 128'000, .complexity = 3});
        codec::OpusDecoder decoder;
        audio::Block block(2, 960);
        for (int k = 0; k < packets; ++k) {
            const std::int64_t media = first_ + k * kPacket;
            for (std::size_t n = 0; n < 960; ++n) {
                const auto value = static_cast<float>(
                    signal(media + static_cast<std::int64_t>(n) + encoder.lookahead_frames()));
                block.channel(0)[n] = value;
                block.channel(1)[n] = -0.5F * value;
            }
            wire::PacketSlot packet;
            packet.stamp.stream = StreamId{static_cast<std::uint8_t>(stream)};
            packet.stamp.epoch = Epoch{epoch};
            packet.stamp.sequence = static_cast<std::uint32_t>(k);
            packet.stamp.media = MediaTime{Frames{media}};
            packet.stamp.programme = ProgrammeTime{Frames{media - start}};
            packet.size =
                static_cast<std::uint16_t>(encoder.encode(block.view(), packet.payload).value());
            packets_.push_back(packet);
            const auto out = decoded_.view().part(k * 960, 960);
            if (lost.contains(packet.stamp.sequence)) {
                decoder.conceal(out);
            } else {
                (void)decoder.decode(packet.bytes(), out);
            }
        }
    }

    [[nodiscard]] std::int64_t start() const { return start_; }
    [[nodiscard]] std::int64_t first() const { return first_; }
    [[nodiscard]] const std::vector<wire::PacketSlot>& packets() const { return packets_; }
    /// Decoded left channel at a fractional media position; 0 outside.
    [[nodiscard]] double at(double media) const {
        static const audio::PolyphaseResampler resampler(2);
        const double from = media - static_cast<double>(first_);
        if (from < 32.0 || from > decoded_.frames() - 34.0) {
            return 0.0;
        }
        float frame[2] = {0.0F, 0.0F};
        const int whole = static_cast<int>(from) - 32;
        resampler.process(decoded_.view().part(whole, 66), from - whole, 1.0,
                          audio::BlockView{frame, 2, 1, 1});
        return static_cast<double>(frame[0]);
    }
    /// Decoded samples of one packet.
    [[nodiscard]] audio::ConstBlockView block(std::uint32_t sequence) const {
        return decoded_.view().part(static_cast<int>(sequence) * 960, 960);
    }

private:
    std::int64_t start_;
    std::int64_t first_;
    audio::Block decoded_;
    std::vector<wire::PacketSlot> packets_;
};

/// Raised cosine from 0 at `from` to 1 20 ms later: the weight of what fades in.
inline double fade_in(double media, double from) {
    const double x = std::clamp((media - from) / 960.0, 0.0, 1.0);
    return 0.5 - 0.5 * std::cos(std::numbers::pi * x);
}

/// A player on a simulated device with a known crystal, fed by a schedule of packets.
class PlayerRig {
public:
    struct Settings {
        double device_ppm = 0.0;        ///< DAC against the listener's clock.
        double listener_ppm = 0.0;      ///< Listener's clock against the media clock.
        double first_media = 48'000.0;  ///< Media frame at the DAC when the device starts.
        int block = 480;
        double jitter_us = 0.0;  ///< Of the DAC times reported.
        std::chrono::nanoseconds device_latency{0};
        double level_cap_dbfs = 0.0;
    };

    PlayerRig() : PlayerRig(Settings{}) {}
    explicit PlayerRig(const Settings& settings)
        : player({.device_latency = settings.device_latency,
                  .level_cap_dbfs = settings.level_cap_dbfs}),
          settings_(settings) {
        player.set_clock(model());
    }

    /// The exact mapping; optionally wrong by some seconds.
    [[nodiscard]] sync::ClockModel model(double wrong_s = 0.0) const {
        sync::ClockModel model;
        model.local_reference = LocalInstant{std::chrono::hours{7}};
        model.media_reference = MediaInstant{std::chrono::nanoseconds{
            std::llround(settings_.first_media / 48e3 * 1e9 + wrong_s * 1e9)}};
        model.skew = 1.0 / (1.0 + settings_.listener_ppm * 1e-6) - 1.0;
        model.since = model.local_reference;
        model.valid = true;
        return model;
    }
    /// True media position that leaves the DAC (and the ear's latency) with an output frame.
    [[nodiscard]] double media(std::int64_t frame) const {
        const double local_s =
            static_cast<double>(frame) / (48e3 * (1.0 + settings_.device_ppm * 1e-6)) +
            std::chrono::duration<double>(settings_.device_latency).count();
        return settings_.first_media + local_s / (1.0 + settings_.listener_ppm * 1e-6) * 48e3;
    }
    /// Output frame at which a media position leaves the DAC.
    [[nodiscard]] std::int64_t frame_of(double media_frame) const {
        const double rate = (media(48'000'000) - media(0)) / 48e6;
        return static_cast<std::int64_t>(std::ceil((media_frame - media(0)) / rate));
    }

    /// Has a packet arrive when the DAC is at a media position. Call in order of arrival.
    void arrive(double at_media, const wire::PacketSlot& packet) {
        arrivals_.push_back({at_media, packet});
    }
    /// Sends a lane `lead` frames ahead.
    void send(const EncodedLane& lane,
              double lead = 19'200.0,
              const std::set<std::uint32_t>& without = {}) {
        for (const wire::PacketSlot& packet : lane.packets()) {
            if (!without.contains(packet.stamp.sequence)) {
                arrive(static_cast<double>(packet.stamp.media.time_since_epoch().count()) - lead,
                       packet);
            }
        }
    }
    /// Renders until a media position is at the DAC; every callback under the guard.
    void play_until(double media_frame) {
        std::stable_sort(arrivals_.begin(), arrivals_.end(),
                         [](const auto& a, const auto& b) { return a.at_media < b.at_media; });
        earshot::test::rt_guard::run([&] {
            while (media(frame_) < media_frame) {
                render_block();
            }
        });
    }

    /// From now on the device reports that its frames play so much later (its truth stays).
    void shift_reports(double seconds) noexcept { shift_s_ = seconds; }

    [[nodiscard]] const std::vector<float>& out() const { return out_; }
    [[nodiscard]] std::int64_t frame() const { return frame_; }

    /// Largest difference between the output and a prediction of it over media positions.
    template <class Expected>
    [[nodiscard]] double largest_difference(double from_media,
                                            double to_media,
                                            Expected expected) const {
        double worst = 0.0;
        for (std::int64_t n = frame_of(from_media); n < frame_of(to_media); n += 3) {
            worst =
                std::max(worst, std::abs(static_cast<double>(out_.at(static_cast<std::size_t>(n))) -
                                         expected(media(n))));
        }
        return worst;
    }
    [[nodiscard]] double peak(std::int64_t from, std::int64_t to) const {
        double most = 0.0;
        for (std::int64_t n = from; n < to; ++n) {
            most =
                std::max(most, std::abs(static_cast<double>(out_.at(static_cast<std::size_t>(n)))));
        }
        return most;
    }
    [[nodiscard]] double largest_step(std::int64_t from, std::int64_t to) const {
        double most = 0.0;
        for (std::int64_t n = from; n < to; ++n) {
            const auto i = static_cast<std::size_t>(n);
            most = std::max(most, static_cast<double>(std::abs(out_.at(i + 1) - out_.at(i))));
        }
        return most;
    }
    /// How late (positive) the output is against a lane, by least squares over a stretch of frames,
    /// from a guess that is not more than some 50 us off.
    [[nodiscard]] double late_us(const EncodedLane& lane,
                                 std::int64_t from,
                                 std::int64_t to,
                                 double guess_us = 0.0) const {
        double late = guess_us * 48e-3;  // frames
        for (int pass = 0; pass < (guess_us == 0.0 ? 1 : 2); ++pass) {
            double above = 0.0;
            double below = 0.0;
            for (std::int64_t n = from; n < to; n += 3) {
                const double p = media(n) - late;
                const double slope = lane.at(p + 0.5) - lane.at(p - 0.5);
                above += slope *
                         (static_cast<double>(out_.at(static_cast<std::size_t>(n))) - lane.at(p));
                below += slope * slope;
            }
            late -= above / below;
        }
        return late / 48e-3;
    }
    [[nodiscard]] PlayerStats stats() { return player.stats(); }

    Player player;

private:
    struct Due {
        double at_media;
        wire::PacketSlot packet;
    };

    void render_block() {
        while (next_ < arrivals_.size() && arrivals_[next_].at_media <= media(frame_)) {
            player.push_packet(arrivals_[next_].packet);
            ++next_;
        }
        audio::Block block(2, settings_.block);
        const double local_s =
            static_cast<double>(frame_) / (48e3 * (1.0 + settings_.device_ppm * 1e-6));
        random_ = random_ * 6364136223846793005ULL + 1442695040888963407ULL;
        const double jitter_s =
            settings_.jitter_us * 1e-6 * (static_cast<double>(random_ >> 40) / 16'777'216.0 - 0.5);
        player.render(
            block.view(),
            {LocalInstant{std::chrono::hours{7}} +
                 std::chrono::nanoseconds{std::llround((local_s + jitter_s + shift_s_) * 1e9)},
             48e3 * (1.0 + settings_.device_ppm * 1e-6)});
        out_.insert(out_.end(), block.channel(0).begin(), block.channel(0).end());
        frame_ += settings_.block;
    }

    Settings settings_;
    std::vector<Due> arrivals_;
    std::size_t next_ = 0;
    std::int64_t frame_ = 0;
    std::uint64_t random_ = 12'345;
    double shift_s_ = 0.0;
    std::vector<float> out_;
};

}  // namespace earshot::client::test
