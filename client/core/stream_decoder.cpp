#include "client/core/stream_decoder.hpp"

#include "common/audio/format.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

namespace earshot::client {
namespace {

constexpr std::int64_t kBlock = DecodedTimeline::kBlockFrames;
/// A decoder that starts in the middle gets this much before what is heard, if it is here: CELT's
/// memory of the band energies halves with each packet.
constexpr std::int64_t kSettleFrames = 6 * kBlock;
/// Gain at the start of the first concealed packet, its end, the second one's end ...
constexpr std::array<float, StreamDecoder::kMaxConcealed + 1> kConcealGain = {1.0F, 1.0F,  0.75F,
                                                                              0.5F, 0.25F, 0.0F};
/// Frames in which real sound comes back after faded concealment.
constexpr int kReturnFrames = 480;

void fade(audio::BlockView block, int frames, float from, float to) noexcept {
    for (int n = 0; n < frames; ++n) {
        const float x = static_cast<float>(n) / static_cast<float>(frames);
        const float smooth = 0.5F - 0.5F * std::cos(std::numbers::pi_v<float> * x);
        const float gain = from + (to - from) * smooth;
        for (int c = 0; c < block.channels(); ++c) {
            block.channel(c)[static_cast<std::size_t>(n)] *= gain;
        }
    }
}

}  // namespace

void StreamDecoder::open(StreamId stream, Epoch epoch) noexcept {
    jitter_.reset();
    decoder_.reset();
    timeline_.restart(0);
    stream_ = stream;
    epoch_ = epoch;
    last_stamp_ = {};
    audible_from_ = 0;
    end_at_ = std::numeric_limits<std::int64_t>::max();
    programme_step_ = kBlock;
    concealed_run_ = 0;
    open_ = true;
    ran_dry_ = false;
}

Arrival StreamDecoder::insert(const wire::PacketSlot& packet) noexcept {
    return jitter_.insert(packet);
}

double StreamDecoder::held_frames(double position) const noexcept {
    double held = static_cast<double>(jitter_.waiting()) * static_cast<double>(kBlock);
    if (jitter_.flowing()) {
        held += std::max(0.0, static_cast<double>(timeline_.end()) - position);
    }
    return held;
}

void StreamDecoder::rest(double position) noexcept {
    jitter_.stop();
    ran_dry_ = false;
    if (!jitter_.based()) {
        return;
    }
    const double behind = position - static_cast<double>(kSettleFrames + kBlock) -
                          static_cast<double>(jitter_.media_of(0));
    if (behind > 0.0) {
        const double sequence = std::floor(behind / static_cast<double>(kBlock));
        // Never beyond what came: a lane whose clock is elsewhere must still take its packets.
        jitter_.drop_below(static_cast<std::uint32_t>(
            std::min(sequence, static_cast<double>(jitter_.highest()) + 1.0)));
    }
}

void StreamDecoder::start(double position, double want, DecodeCounters& counters) noexcept {
    if (static_cast<double>(timeline_.end()) > position && timeline_.blocks() > 0 && ran_dry_) {
        return;  // the faded tail of the last stretch is still to be heard
    }
    auto lowest = jitter_.lowest();
    while (lowest && static_cast<double>(jitter_.media_of(*lowest) + kBlock) <
                         position - static_cast<double>(kSettleFrames)) {
        jitter_.drop_below(*lowest + 1);
        lowest = jitter_.lowest();
    }
    if (!lowest || static_cast<double>(jitter_.media_of(*lowest)) > want) {
        return;
    }
    if (ran_dry_) {
        const std::uint64_t missing = *lowest - jitter_.next();
        counters.packets_lost += missing;
        counters.frames_concealed += missing * static_cast<std::uint64_t>(kBlock);
    }
    const std::int64_t media = jitter_.media_of(*lowest);
    const bool continues = ran_dry_ && media == timeline_.end() && timeline_.blocks() > 0;
    if (!continues) {
        timeline_.restart(media);
        concealed_run_ = 0;
    }
    // The first packet of a decoder that has not seen the ones before is not faithful yet.
    audible_from_ = *lowest == 0 ? media : media + kBlock;
    ran_dry_ = false;
    jitter_.flow_from(*lowest);
}

void StreamDecoder::advance(
    double position, double must, double want, int& budget, DecodeCounters& counters) noexcept {
    if (!jitter_.flowing()) {
        start(position, want, counters);
    }
    while (jitter_.flowing() && budget > 0 && timeline_.end() < end_at_ &&
           static_cast<double>(timeline_.end()) < want) {
        const wire::PacketSlot* packet = jitter_.peek();
        if (packet != nullptr) {
            decode_one(*packet, counters);
        } else if (static_cast<double>(timeline_.end()) >= must) {
            return;  // it may still come
        } else if (concealed_run_ < kMaxConcealed) {
            conceal_one(counters);
        } else {
            ran_dry_ = true;
            jitter_.stop();
            return;
        }
        --budget;
    }
}

void StreamDecoder::decode_one(const wire::PacketSlot& packet, DecodeCounters& counters) noexcept {
    if (packet.stamp.sequence == last_stamp_.sequence + 1) {
        programme_step_ = std::clamp((packet.stamp.programme - last_stamp_.programme).count(),
                                     std::int64_t{0}, kBlock);
    }
    last_stamp_ = packet.stamp;
    const audio::BlockView out = timeline_.append({packet.stamp, false});
    if (!decoder_.decode(packet.bytes(), out)) {
        // The decoder has concealed it; to the listener it is a loss.
        ++counters.packets_lost;
        counters.frames_concealed += static_cast<std::uint64_t>(kBlock);
    }
    const float gain = kConcealGain[static_cast<std::size_t>(concealed_run_)];
    if (gain < 1.0F) {
        fade(out, kReturnFrames, gain, 1.0F);
    }
    concealed_run_ = 0;
    jitter_.pass();
}

void StreamDecoder::conceal_one(DecodeCounters& counters) noexcept {
    last_stamp_.stream = stream_;
    last_stamp_.epoch = epoch_;
    last_stamp_.sequence = jitter_.next();
    last_stamp_.media = MediaTime{Frames{timeline_.end()}};
    last_stamp_.programme += Frames{programme_step_};
    const audio::BlockView out = timeline_.append({last_stamp_, true});
    decoder_.conceal(out);
    const auto run = static_cast<std::size_t>(concealed_run_);
    if (kConcealGain[run + 1] < 1.0F) {
        fade(out, static_cast<int>(kBlock), kConcealGain[run], kConcealGain[run + 1]);
    }
    ++concealed_run_;
    ++counters.packets_lost;
    counters.frames_concealed += static_cast<std::uint64_t>(kBlock);
    jitter_.pass();
}

}  // namespace earshot::client
