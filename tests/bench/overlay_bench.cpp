// CPU time of what lies beside the hearing path, per second of stereo sound: one iteration is one
// second.
#include "common/audio/block.hpp"
#include "common/dsp/overlay/inner_body.hpp"
#include "common/dsp/overlay/level_analyser.hpp"
#include "common/dsp/overlay/masking_history.hpp"
#include "common/dsp/overlay/temporary_shift.hpp"
#include "common/dsp/overlay/tinnitus.hpp"
#include "common/dsp/overlay/vibration.hpp"
#include "tests/bench/one_second.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <vector>

namespace earshot::dsp {
namespace {

constexpr int kPacket = 960;

/// Runs process(in, work, position) over a second of sound; work holds a copy of in.
template <class Process>
void run_seconds(benchmark::State& bench, const Process& process) {
    const std::vector<audio::Block> input = test::one_second();
    audio::Block work(2, kPacket);
    std::int64_t position = 0;
    for (auto _ : bench) {
        for (const audio::Block& block : input) {
            audio::copy(block.view(), work.view());
            process(block.view(), work.view(), position);
            position += kPacket;
        }
        benchmark::DoNotOptimize(work.view().data());
    }
}

void copying_alone(benchmark::State& bench) {
    run_seconds(bench, [](auto&&...) {});
}
BENCHMARK(copying_alone)->Unit(benchmark::kMillisecond);

/// @param kind  TinnitusKind of both ears; 4: a tone with noise in it, which is all there is.
void tinnitus(benchmark::State& bench) {
    TinnitusSettings settings;
    for (TinnitusEar& ear : settings.ears) {
        ear.kind =
            bench.range(0) == 4 ? TinnitusKind::tone : static_cast<TinnitusKind>(bench.range(0));
        ear.noise_share = bench.range(0) == 4 ? 0.5 : 0.0;
    }
    Tinnitus block({1, 2});
    block.set(make_tinnitus_parameters(settings)->parameters);
    run_seconds(bench, [&block](auto, audio::BlockView work, std::int64_t position) {
        block.process(work, position);
    });
}
BENCHMARK(tinnitus)->DenseRange(0, 4)->Unit(benchmark::kMillisecond);

/// As in a morph: new parameters at every control point.
void tinnitus_gliding(benchmark::State& bench) {
    TinnitusParameters parameters;
    for (auto& ear : parameters.ears) {
        ear.level = GlidingLevel::at(-60.0);
        ear.narrow = 0.5;
    }
    Tinnitus block({1, 2});
    double step = 0.0;
    run_seconds(bench, [&](auto, audio::BlockView work, std::int64_t position) {
        for (int at = 0; at < kPacket; at += kControlPeriod) {
            step += 1e-4;
            for (auto& ear : parameters.ears) {
                ear.log_frequency = 8.5 + 0.2 * std::sin(step);
            }
            block.set(parameters);
            block.process(work.part(at, kControlPeriod), position + at);
        }
    });
}
BENCHMARK(tinnitus_gliding)->Unit(benchmark::kMillisecond);

void vibration(benchmark::State& bench) {
    Vibration block;
    block.set({.stand_in = GlidingLevel::at(-12.0)});
    std::array<HapticPoint, 4> points;
    run_seconds(bench, [&](audio::ConstBlockView in, audio::BlockView work, std::int64_t position) {
        block.process(in, position, work.channel(0), work.channel(1), points);
    });
}
BENCHMARK(vibration)->Unit(benchmark::kMillisecond);

/// @param everything  0: the programme through the body alone.
void inner_body(benchmark::State& bench) {
    InnerBodySettings settings{.programme_db = -15.0, .occlusion_db = 15.0};
    if (bench.range(0) != 0) {
        settings.heartbeat_dbfs = settings.blood_dbfs = -40.0;
        settings.breath_dbfs = settings.steps_dbfs = -40.0;
    }
    InnerBody block(1);
    block.set(*make_inner_body_parameters(settings));
    run_seconds(bench, [&](audio::ConstBlockView in, audio::BlockView work, std::int64_t position) {
        block.process(in, work, position);
    });
}
BENCHMARK(inner_body)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

/// Off the real-time thread: levels of a second, and what is integrated over them.
void programme_levels(benchmark::State& bench) {
    LevelAnalyser analyser;
    run_seconds(bench, [&](audio::ConstBlockView in, auto, auto) { analyser.take(in); });
}
BENCHMARK(programme_levels)->Unit(benchmark::kMillisecond);

void slow_hearing(benchmark::State& bench) {
    LevelAnalyser analyser;
    for (const audio::Block& block : test::one_second()) {
        analyser.take(block.view());
    }
    ProgrammeLevels levels = analyser.levels();
    TinnitusSettings settings;
    settings.ears[0].kind = settings.ears[1].kind = TinnitusKind::tone;
    const TinnitusParameters parameters = make_tinnitus_parameters(settings)->parameters;
    while (levels.entries.size() < 600) {
        levels.entries.push_back(levels.entries[levels.entries.size() % 8]);
    }
    for (auto _ : bench) {
        MaskingHistory masking({}, 0);
        masking.extend(levels, parameters, levels.end_entry());
        TemporaryShift shift({}, 0);
        shift.extend(levels);
        benchmark::DoNotOptimize(shift.at(0, 0));
    }
    bench.SetLabel("a minute of film");
}
BENCHMARK(slow_hearing)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace earshot::dsp
