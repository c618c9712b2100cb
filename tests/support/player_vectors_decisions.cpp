// Vectors of what decides: the jitter buffer and the drift corrector.
#include "client/core/drift_corrector.hpp"
#include "client/core/jitter_buffer.hpp"
#include "tests/support/player_vectors.hpp"
#include "tests/support/vector_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

namespace earshot::test {
namespace {

constexpr std::int64_t kLaneMedia = 480'123;  // Of sequence 0.

wire::PacketSlot packet_of(std::uint32_t sequence, std::int64_t media_off, int size) {
    wire::PacketSlot packet;
    packet.stamp.sequence = sequence;
    packet.stamp.media = MediaTime{Frames{kLaneMedia + std::int64_t{sequence} * 960 + media_off}};
    packet.size = static_cast<std::uint16_t>(size);
    return packet;
}

constexpr std::int64_t kLocalNs = 7'200'000'000'123;

/// A clock model that holds from one step on.
struct Model {
    int from;
    double media_off_ms;
    double skew;
    double fit_bound_us;
    double skew_bound;
};

// Too rough to begin by; good; better, a little off; a step of 30 ms; back by 25 ms.
constexpr std::array<Model, 5> kModels = {{{0, 0.0, 30e-6, 900.0, 60e-6},
                                           {6, 0.0, 30e-6, 300.0, 15e-6},
                                           {40, 0.4, -10e-6, 40.0, 5e-6},
                                           {120, 30.0, -12e-6, 30.0, 2e-6},
                                           {170, 5.0, -12e-6, 30.0, 2e-6}}};

sync::ClockModel clock_of(const Model& model) {
    sync::ClockModel clock;
    const std::int64_t media_ns = 10'000'000'007 + std::llround(model.media_off_ms * 1e6);
    const auto fit_ns = static_cast<std::int64_t>(model.fit_bound_us * 1e3);
    clock.local_reference = LocalInstant{std::chrono::nanoseconds{kLocalNs}};
    clock.media_reference = MediaInstant{std::chrono::nanoseconds{media_ns}};
    clock.skew = model.skew;
    clock.fit_bound = std::chrono::nanoseconds{fit_ns};
    clock.skew_bound = model.skew_bound;
    clock.since = clock.local_reference;
    clock.valid = true;
    return clock;
}

}  // namespace

void write_jitter_vectors(const std::filesystem::path& folder) {
    enum Step { insert, flow, stop, pass, drop, reset };
    VectorFile json;
    json.member(
        "about",
        std::string_view{"steps: [0 insert 1 flow from lowest 2 stop 3 pass 4 drop below 5 reset, "
                         "sequence, media off the grid, size, then what is so after it: 0 stored 1 "
                         "duplicate 2 late 3 refused (-1: no insert), next, waiting, lowest or -1, "
                         "highest, flowing, whether next is here]; sequence 0 is at media 480123"});
    json.open("steps", '[');
    const auto buffer = std::make_unique<client::JitterBuffer>();
    VectorNoise noise(5);
    for (int i = 0; i < 900; ++i) {
        const int dice = noise.below(100);
        const Step step = i % 300 == 299                    ? reset
                          : dice < 62 || !buffer->based()   ? insert
                          : dice < 90 && buffer->flowing()  ? pass
                          : dice < 93 && !buffer->flowing() ? drop
                          : dice < 98 && !buffer->flowing() ? flow
                          : dice >= 98 && buffer->flowing() ? stop
                                                            : insert;
        std::uint32_t sequence = 0;
        std::int64_t off = 0;
        int size = 0;
        int arrival = -1;
        if (step == insert) {
            const int around = static_cast<int>(buffer->based() ? buffer->highest() : 40U);
            const int reach = noise.below(20) == 0 ? 240 : 12;
            sequence =
                static_cast<std::uint32_t>(std::max(0, around - reach / 2 + noise.below(reach)));
            off = noise.below(25) == 0 ? 1 : 0;
            size = noise.below(40) == 0 ? 1'276 : 4;
            arrival = static_cast<int>(buffer->insert(packet_of(sequence, off, size)));
        } else if (step == flow && buffer->lowest()) {
            sequence = *buffer->lowest();
            buffer->flow_from(sequence);
        } else if (step == drop) {
            sequence = buffer->next() + static_cast<std::uint32_t>(noise.below(6));
            buffer->drop_below(sequence);
        } else if (step == stop) {
            buffer->stop();
        } else if (step == pass) {
            buffer->pass();
        } else if (step == reset) {
            buffer->reset();
        }
        json.row({static_cast<double>(step), static_cast<double>(sequence),
                  static_cast<double>(off), static_cast<double>(size), static_cast<double>(arrival),
                  static_cast<double>(buffer->next()), static_cast<double>(buffer->waiting()),
                  buffer->lowest() ? static_cast<double>(*buffer->lowest()) : -1.0,
                  static_cast<double>(buffer->highest()), buffer->flowing() ? 1.0 : 0.0,
                  buffer->peek() != nullptr ? 1.0 : 0.0});
    }
    write_text(folder / "jitter_buffer.json", json.finish());
}

void write_drift_vectors(const std::filesystem::path& folder) {
    constexpr std::int64_t kLatencyNs = 37'000'001;
    constexpr int kFrames = 1'920;
    constexpr double kRate = 48e3 * (1.0 + 90e-6);
    VectorFile json;
    json.member("about",
                std::string_view{
                    "corrector: [device latency ns, read-ahead frames, rate, frames of a step]; "
                    "clocks: [from step, local reference ns, media reference ns, skew, fit bound "
                    "ns, skew bound, since ns]; steps: [first ns, offset, heard, ready, position, "
                    "first step, last step, scheduled, error s, reanchored, correction ppm]"});
    json.open("corrector", '[');
    json.row({static_cast<double>(kLatencyNs), 96.0, kRate, kFrames});
    std::array<sync::ClockModel, 5> clocks;
    json.close();
    json.open("clocks", '[');
    for (std::size_t i = 0; i < kModels.size(); ++i) {
        const sync::ClockModel& clock = clocks[i] = clock_of(kModels[i]);
        json.row({static_cast<double>(kModels[i].from), static_cast<double>(kLocalNs),
                  static_cast<double>(clock.media_reference.time_since_epoch().count()), clock.skew,
                  static_cast<double>(clock.fit_bound.count()), clock.skew_bound,
                  static_cast<double>(kLocalNs)});
    }
    json.close();
    json.open("steps", '[');
    client::DriftCorrector corrector(std::chrono::nanoseconds{kLatencyNs}, 96);
    VectorNoise noise(11);
    std::size_t model = 0;
    for (int i = 0; i < 260; ++i) {
        if (model + 1 < kModels.size() && kModels[model + 1].from == i) {
            ++model;
        }
        // Blocks of two steps, reported up to 50 us wrong.
        const int offset = i % 2 * kFrames;
        const std::int64_t first_ns =
            kLocalNs + std::llround((i - i % 2) * kFrames / kRate * 1e9 + 5e4 * noise.unit());
        const audio::DacTime dac{LocalInstant{std::chrono::nanoseconds{first_ns}}, kRate};
        const bool heard = i > 12 && (i < 200 || i > 206);
        const bool ready = corrector.ready(clocks[model], dac);
        client::DriftCorrector::Stretch stretch;
        bool reanchored = false;
        if (ready) {
            stretch = corrector.plan(clocks[model], dac, offset, kFrames, heard);
            reanchored = stretch.reanchor;
            if (reanchored) {
                corrector.reanchor(stretch, kFrames);
            }
        }
        json.row({static_cast<double>(first_ns), static_cast<double>(offset), heard ? 1.0 : 0.0,
                  ready ? 1.0 : 0.0, stretch.position, stretch.step_first, stretch.step_last,
                  stretch.scheduled, stretch.error_s, reanchored ? 1.0 : 0.0,
                  corrector.correction_ppm()});
    }
    write_text(folder / "drift_corrector.json", json.finish());
}

}  // namespace earshot::test
