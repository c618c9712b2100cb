// CPU time of spectral smearing per second of stereo sound: one iteration is one second.
#include "common/audio/block.hpp"
#include "common/base/time.hpp"
#include "common/dsp/smearing/smearing_parameters.hpp"
#include "common/dsp/smearing/smearing_stage.hpp"
#include "tests/bench/one_second.hpp"

#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

namespace earshot::dsp {
namespace {

using Form = SmearingMatrix::Form;

constexpr int kBlock = 960;

void run(benchmark::State& bench, const SmearingParameters& parameters) {
    const std::vector<audio::Block> input = test::one_second();
    audio::Block work(2, kBlock);
    SmearingStage stage;
    stage.set(parameters);
    std::int64_t position = 0;
    for (auto _ : bench) {
        for (const audio::Block& block : input) {
            audio::copy(block.view(), work.view());
            stage.process(work.view(), position);
            position += kBlock;
        }
        benchmark::DoNotOptimize(work.view().data());
    }
}

SmearingParameters both_ears(SmearingDegree degree, double amount, SmearingMatrices& matrices) {
    const EarSmearing ear{.broadening = broadening_of(degree), .amount = amount};
    return make_smearing_parameters(ear, ear, 1.0, matrices);
}

void smearing(benchmark::State& bench, SmearingDegree degree, Form form) {
    SmearingMatrices matrices(form);
    run(bench, both_ears(degree, 1.0, matrices));
}
BENCHMARK_CAPTURE(smearing, none, SmearingDegree::none, Form::banded)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(smearing, mild_banded, SmearingDegree::mild, Form::banded)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(smearing, moderate_banded, SmearingDegree::moderate, Form::banded)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(smearing, severe_banded, SmearingDegree::severe, Form::banded)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(smearing, severe_dense, SmearingDegree::severe, Form::dense)
    ->Unit(benchmark::kMillisecond);

/// Between three degrees at once, the most there is.
void smearing_three_matrices(benchmark::State& bench) {
    SmearingMatrices matrices;
    const SmearingParameters mild = both_ears(SmearingDegree::mild, 1.0, matrices);
    const SmearingParameters moderate = both_ears(SmearingDegree::moderate, 1.0, matrices);
    const SmearingParameters severe = both_ears(SmearingDegree::severe, 1.0, matrices);
    const std::vector<const SmearingParameters*> states = {&mild, &moderate, &severe};
    const std::vector<double> weights = {0.3, 0.3, 0.4};
    SmearingParameters mixed;
    blend(states, weights, mixed);
    run(bench, mixed);
}
BENCHMARK(smearing_three_matrices)->Unit(benchmark::kMillisecond);

/// What loading a show costs once for each degree.
void smearing_matrix(benchmark::State& bench) {
    const SmearingSolver solver;
    for (auto _ : bench) {
        const Broadening severe = broadening_of(SmearingDegree::severe);
        const SmearingMatrix matrix(severe, solver.solve(severe), Form::banded);
        benchmark::DoNotOptimize(matrix.size());
    }
}
BENCHMARK(smearing_matrix)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace earshot::dsp
