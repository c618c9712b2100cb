// CPU time of a simulated implant per second of stereo sound: one iteration is one second.
#include "common/audio/block.hpp"
#include "common/dsp/implant/implant_engine.hpp"
#include "common/rt/realtime.hpp"
#include "tests/support/signals.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>

namespace earshot {
namespace {

void implant(benchmark::State& bench, const dsp::ImplantSettings& settings) {
    constexpr int kPacket = 960;
    constexpr int kPackets = 50;
    const test::Audio sound = test::busy_programme(48'000, 2, 1.0, 1);
    const auto engine = std::make_unique<dsp::ImplantEngine>();
    engine->take(dsp::ImplantRecipe::make(settings).value());
    const rt::ScopedFlushDenormals flush;
    audio::Block block(2, kPacket);
    std::int64_t position = 0;
    for (auto _ : bench) {
        for (std::size_t packet = 0; packet < kPackets; ++packet) {
            for (int ear = 0; ear < 2; ++ear) {
                const auto from =
                    sound.channel(static_cast<std::size_t>(ear)).subspan(packet * kPacket, kPacket);
                std::copy(from.begin(), from.end(), block.channel(ear).begin());
            }
            engine->process(block.view(), position);
            position += kPacket;
            benchmark::DoNotOptimize(block.channel(0).data());
        }
    }
}

BENCHMARK_CAPTURE(implant, noise_22, dsp::noise_vocoder(22))->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(implant, noise_24, dsp::noise_vocoder(24))->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(implant, sine_22, dsp::sine_vocoder(22))->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(implant, n_of_m_22, dsp::n_of_m())->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(implant, spiral, dsp::spiral(-8.0))->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(implant, day1, dsp::implant_day1())->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(implant, adapted, dsp::implant_adapted())->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace earshot
