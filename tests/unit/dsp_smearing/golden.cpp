#include "tests/unit/dsp_smearing/golden.hpp"

#include "common/base/time.hpp"
#include "common/dsp/smearing/smearing_stage.hpp"

#include <kiss_fftr.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <numbers>
#include <numeric>
#include <stdexcept>

namespace earshot::dsp::golden {
namespace {

constexpr int kMeasured = 16'384;
constexpr std::array<double, kSounds - 1> kTonesHz = {250.0,   700.0,   1'000.0,  1'530.0, 2'930.0,
                                                      4'000.0, 7'000.0, 10'000.0, 12'100.0};

struct Free {
    void operator()(kiss_fftr_state* state) const { kiss_fftr_free(state); }
};

/// Power of each bin under a Hann window, full-scale sine 1.
std::vector<double> power_spectrum(const float* sound) {
    const std::unique_ptr<kiss_fftr_state, Free> transform(
        kiss_fftr_alloc(kMeasured, 0, nullptr, nullptr));
    std::vector<float> windowed(kMeasured);
    for (int i = 0; i < kMeasured; ++i) {
        const double window = 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * i / kMeasured);
        windowed[static_cast<std::size_t>(i)] =
            static_cast<float>(window * static_cast<double>(sound[i]));
    }
    std::vector<kiss_fft_cpx> bins(kMeasured / 2 + 1);
    kiss_fftr(transform.get(), windowed.data(), bins.data());
    std::vector<double> power;
    for (const kiss_fft_cpx& bin : bins) {
        const double magnitude = std::hypot(static_cast<double>(bin.r), static_cast<double>(bin.i));
        power.push_back(magnitude * magnitude / (1.5 * kMeasured * kMeasured / 16.0));
    }
    return power;
}

double vowel(int n) {
    constexpr std::array<std::array<double, 2>, 4> kFormants = {
        {{700.0, 90.0}, {1'200.0, 110.0}, {2'500.0, 160.0}, {3'500.0, 200.0}}};
    static const std::vector<double> amplitudes = [&kFormants] {
        std::vector<double> result;
        for (int h = 1; h < 60; ++h) {
            const double f = 120.0 * h;
            double amplitude = 0.01 / std::sqrt(h);
            for (const auto& [formant, width] : kFormants) {
                const double ratio = f / formant;
                amplitude /= std::hypot(1.0 - ratio * ratio, f * width / (formant * formant));
            }
            result.push_back(amplitude);
        }
        return result;
    }();
    double sum = 0.0;
    for (int h = 1; h < 60; ++h) {
        sum += amplitudes[static_cast<std::size_t>(h - 1)] *
               std::sin(2.0 * std::numbers::pi * 120.0 * h * n / kSampleRateHz + 1.7 * h * h);
    }
    return sum;
}

}  // namespace

std::vector<float> file(const std::string& name) {
    const std::filesystem::path path = std::filesystem::path(EARSHOT_GOLDEN_SMEARING) / name;
    std::ifstream stream(path, std::ios::binary);
    if (!stream) {
        throw std::runtime_error("no file " + path.string());
    }
    const std::string bytes{std::istreambuf_iterator<char>{stream}, {}};
    std::vector<float> numbers(bytes.size() / sizeof(float));
    std::memcpy(numbers.data(), bytes.data(), numbers.size() * sizeof(float));
    return numbers;
}

double tone_hz(std::size_t index) {
    return kTonesHz.at(index);
}

std::vector<float> sound(std::size_t index, int more) {
    std::vector<float> result;
    for (int n = 0; n < kFrames + more; ++n) {
        if (index < kTonesHz.size()) {
            result.push_back(static_cast<float>(
                0.1 * std::sin(2.0 * std::numbers::pi * kTonesHz[index] * n / kSampleRateHz)));
        } else {
            result.push_back(static_cast<float>(vowel(n)));
        }
    }
    return result;
}

std::vector<double> levels_db(const std::vector<float>& sound, int end) {
    const std::vector<double> power = power_spectrum(sound.data() + end - kMeasured);
    const double edge = std::exp2(1.0 / 12.0);
    std::vector<double> levels;
    for (int band = 0; band < kBands; ++band) {
        const double centre = 1'000.0 * std::exp2((band - kBands / 2) / 6.0);
        double sum = 1e-20;
        for (std::size_t k = 0; k < power.size(); ++k) {
            const double f = static_cast<double>(k) * kSampleRateHz / kMeasured;
            sum += f >= centre / edge && f < centre * edge ? power[k] : 0.0;
        }
        levels.push_back(10.0 * std::log10(sum));
    }
    return levels;
}

std::vector<std::size_t> every_sound() {
    std::vector<std::size_t> result(kSounds);
    std::iota(result.begin(), result.end(), std::size_t{0});
    return result;
}

std::vector<Levels> levels_after(const SmearingParameters& parameters,
                                 const std::vector<std::size_t>& sounds) {
    std::vector<Levels> result;
    for (std::size_t i = 0; i < sounds.size(); i += 2) {
        sound::Stereo in;
        in.left = sound(sounds[i], SmearingStage::kLatency);
        in.right = sound(sounds[i + 1], SmearingStage::kLatency);
        const sound::Stereo out = render(parameters, in);
        result.push_back(levels_db(out.left, out.frames()));
        result.push_back(levels_db(out.right, out.frames()));
    }
    return result;
}

std::vector<Levels> levels_of_model(std::size_t index, const std::vector<std::size_t>& sounds) {
    const std::vector<float> levels = file("levels.f32");
    if (levels.size() != 5 * kSounds * kBands) {
        throw std::runtime_error("levels.f32 has another shape");
    }
    std::vector<Levels> result;
    for (const std::size_t sound : sounds) {
        const float* first = levels.data() + (index * kSounds + sound) * kBands;
        result.emplace_back(first, first + kBands);
    }
    return result;
}

std::vector<Levels> mean_power(const std::vector<Levels>& a, const std::vector<Levels>& b) {
    std::vector<Levels> result = a;
    for (std::size_t i = 0; i < a.size(); ++i) {
        for (std::size_t band = 0; band < a[i].size(); ++band) {
            result[i][band] = 10.0 * std::log10(0.5 * std::pow(10.0, a[i][band] / 10.0) +
                                                0.5 * std::pow(10.0, b[i][band] / 10.0));
        }
    }
    return result;
}

double worst_db(const std::vector<Levels>& levels, const std::vector<Levels>& expected) {
    constexpr double kRangeDb = 30.0;
    double worst = 0.0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const double peak = *std::max_element(expected[i].begin(), expected[i].end());
        for (std::size_t band = 0; band < expected[i].size(); ++band) {
            if (expected[i][band] >= peak - kRangeDb) {
                worst = std::max(worst, std::abs(levels[i][band] - expected[i][band]));
            }
        }
    }
    return worst;
}

double total_db(const std::vector<double>& levels) {
    double sum = 0.0;
    for (const double level : levels) {
        sum += std::pow(10.0, level / 10.0);
    }
    return 10.0 * std::log10(sum);
}

double worst_coefficient(const SmearingMatrix& matrix, const ColumnMatrix& exact) {
    double result = 0.0;
    for (int row = 0; row < SmearingMatrix::kRows; ++row) {
        double most = 0.0;
        double worst = 0.0;
        for (int column = 0; column < SmearingMatrix::kColumns; ++column) {
            const double value =
                exact.column(static_cast<std::size_t>(column))[static_cast<std::size_t>(row)];
            const auto kept = static_cast<double>(matrix.coefficient(row, column));
            most = std::max(most, std::abs(value));
            worst = std::max(worst, std::abs(kept - value));
        }
        result = std::max(result, worst / most);
    }
    return result;
}

const SmearingMatrix& simple_matrix(double lower) {
    static std::vector<std::unique_ptr<const SmearingMatrix>> made;
    for (const auto& known : made) {
        if (known->broadening().lower == lower) {
            return *known;
        }
    }
    ColumnMatrix coefficients(SmearingMatrix::kColumns, SmearingMatrix::kColumns);
    const auto reach = static_cast<std::size_t>(2.0 * lower);
    for (std::size_t column = 0; column < coefficients.columns(); ++column) {
        const std::size_t end = std::min(column + reach + 1, coefficients.rows());
        for (std::size_t row = column; row < end; ++row) {
            coefficients.column(column)[row] = 1.0 / static_cast<double>(reach + 1);
        }
    }
    return *made.emplace_back(std::make_unique<const SmearingMatrix>(
        Broadening{.lower = lower}, coefficients, SmearingMatrix::Form::banded));
}

SmearingParameters simple_parameters() {
    SmearingParameters result;
    result.ears[0][0] = {.matrix = &simple_matrix(1.5), .amount = 0.7};
    result.ears[1][0] = {.matrix = &simple_matrix(3.0), .amount = 0.6};
    result.ears[1][1] = {.matrix = &simple_matrix(1.5), .amount = 0.3};
    return result;
}

SmearingParameters parameters(SmearingDegree degree, double amount, SmearingMatrices& matrices) {
    const EarSmearing ear{.broadening = broadening_of(degree), .amount = amount};
    return make_smearing_parameters(ear, ear, 1.0, matrices);
}

sound::Stereo render(const SmearingParameters& parameters,
                     sound::Stereo sound,
                     std::int64_t position,
                     const std::vector<int>& blocks) {
    struct Counted {
        SmearingStage stage;
        std::int64_t position;
        void process(audio::BlockView block) {
            stage.process(block, position);
            position += block.frames();
        }
    };
    const auto counted = std::make_unique<Counted>();
    counted->position = position;
    counted->stage.set(parameters);
    sound::run(*counted, sound, blocks);
    return sound;
}

}  // namespace earshot::dsp::golden
