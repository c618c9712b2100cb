#include "common/base/time.hpp"
#include "common/dsp/acoustic/acoustic_engine.hpp"
#include "common/rt/realtime.hpp"
#include "tests/support/signals.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <memory>

namespace earshot {
namespace {

constexpr int kPacket = static_cast<int>(kPacketFrames.count());

dsp::AcousticParameters parameters(const dsp::AcousticEarSettings& ear) {
    return dsp::make_acoustic_parameters({.left = ear, .right = ear}, 1.0).value();
}

/// One second of stereo in packets. @param glides  Parameters change all the time.
void acoustic_engine(benchmark::State& bench, const dsp::AcousticEarSettings& ear, bool glides) {
    const rt::ScopedFlushDenormals flush;
    dsp::AcousticEngine engine(std::make_shared<const dsp::GammatoneBank>());
    const dsp::AcousticParameters none;
    const dsp::AcousticParameters full = parameters(ear);
    engine.set(full);
    const test::Audio sound = test::busy_programme(kSampleRateHz, 2, 1.0, 1);
    audio::Block block(2, kPacket);
    std::int64_t position = 0;
    for (auto _ : bench) {
        for (int packet = 0; packet < kSampleRateHz / kPacket; ++packet) {
            for (int channel = 0; channel < 2; ++channel) {
                std::copy_n(
                    sound.channel(static_cast<std::size_t>(channel)).begin() + packet * kPacket,
                    kPacket, block.channel(channel).begin());
            }
            if (!glides) {
                engine.process(block.view(), position);
                position += kPacket;
                continue;
            }
            for (int done = 0; done < kPacket; done += 32) {
                const dsp::AcousticParameters* const states[] = {&none, &full};
                const double weight = 0.5 + done / (2.0 * kPacket);
                const double weights[] = {1.0 - weight, weight};
                dsp::AcousticParameters mixed;
                blend(states, weights, mixed);
                engine.set(mixed);
                engine.process(block.view().part(done, 32), position);
                position += 32;
            }
        }
        benchmark::DoNotOptimize(block.view().data());
    }
}

dsp::AcousticEarSettings loss() {
    dsp::AcousticEarSettings ear;
    ear.sensory_hl = *dsp::standard_audiogram("N3");
    return ear;
}
dsp::AcousticEarSettings loss_blurred() {
    dsp::AcousticEarSettings ear = loss();
    ear.fine_structure = 0.3;
    return ear;
}
dsp::AcousticEarSettings everything() {
    dsp::AcousticEarSettings ear = loss();
    ear.temporal_smearing = 0.5;
    ear.fine_structure = 0.6;
    ear.diplacusis_cents = 40.0;
    ear.hyperacusis_slope = 1.4;
    return ear;
}

BENCHMARK_CAPTURE(acoustic_engine, loss, loss(), false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(acoustic_engine, loss_blurred, loss_blurred(), false)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(acoustic_engine, everything, everything(), false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(acoustic_engine, loss_gliding, loss(), true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(acoustic_engine, everything_gliding, everything(), true)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace earshot
