#include "common/audio/resampler.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <stdexcept>
#include <vector>

namespace earshot::audio {
namespace {

constexpr int kTaps = PolyphaseResampler::kTaps;
constexpr int kPhases = PolyphaseResampler::kPhases;
constexpr int kHalf = kTaps / 2;
constexpr double kKaiserBeta = 12.9;  // Stop band -126 dB, transition 6.3 kHz wide at 48 kHz.

/// Modified Bessel function of the first kind, order 0, by its power series.
double bessel_i0(double x) {
    double term = 1.0;
    double sum = 1.0;
    for (int k = 1; k < 100 && term > sum * 1e-17; ++k) {
        const double factor = x / (2.0 * k);
        term *= factor * factor;
        sum += term;
    }
    return sum;
}

double sinc(double x) {
    const double angle = std::numbers::pi * x;
    return x == 0.0 ? 1.0 : std::sin(angle) / angle;
}

double kernel(double offset_frames) {
    const double x = offset_frames / kHalf;
    if (std::abs(x) >= 1.0) {
        return 0.0;
    }
    // At whole offsets the sinc is zero; sin() of a rounded multiple of pi is not quite.
    if (offset_frames == std::floor(offset_frames)) {
        return offset_frames == 0.0 ? 1.0 : 0.0;
    }
    return sinc(offset_frames) * bessel_i0(kKaiserBeta * std::sqrt(1.0 - x * x)) /
           bessel_i0(kKaiserBeta);
}

std::vector<float> make_table() {
    std::vector<float> table(std::size_t{kPhases + 1} * kTaps);
    for (int phase = 0; phase <= kPhases; ++phase) {
        std::array<double, kTaps> row{};
        double sum = 0.0;
        for (int tap = 0; tap < kTaps; ++tap) {
            const double offset = (tap - (kHalf - 1)) - static_cast<double>(phase) / kPhases;
            row[static_cast<std::size_t>(tap)] = kernel(offset);
            sum += row[static_cast<std::size_t>(tap)];
        }
        // Every phase passes a constant with gain 1, so that a moving phase does not modulate it.
        float* to = table.data() + std::size_t{kTaps} * static_cast<std::size_t>(phase);
        for (std::size_t tap = 0; tap < row.size(); ++tap) {
            to[tap] = static_cast<float>(row[tap] / sum);
        }
    }
    return table;
}

/// Eight partial sums: the compiler may use SIMD without changing the order of additions.
constexpr std::size_t kLanes = 8;

float sum_lanes(const std::array<float, kLanes>& lanes) {
    return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) +
           ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

float dot(const float* a, const float* b) {
    std::array<float, kLanes> lanes{};
    for (std::size_t tap = 0; tap < kTaps; tap += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            lanes[lane] += a[tap + lane] * b[tap + lane];
        }
    }
    return sum_lanes(lanes);
}

}  // namespace

PolyphaseResampler::PolyphaseResampler(int channels) : channels_(channels) {
    if (channels < 1 || channels > kMaxChannels) {
        throw std::invalid_argument("PolyphaseResampler: 1 to 8 channels");
    }
    static const std::vector<float> table = make_table();  // Constant; 256 KiB, made once.
    table_ = table;
}

void PolyphaseResampler::process_ramped(ConstBlockView in,
                                        double start,
                                        double step_first,
                                        double step_last,
                                        BlockView out) const noexcept {
    EARSHOT_ASSERT(in.channels() == channels_ && out.channels() == channels_);
    const int frames = out.frames();
    if (frames == 0) {
        return;
    }
    const double last = ramped_position(start, step_first, step_last, frames, frames - 1);
    EARSHOT_ASSERT(start >= kHalf - 1 && last >= kHalf - 1 && last < in.frames() - kHalf);

    std::array<const float*, kMaxChannels> from{};
    std::array<float*, kMaxChannels> to{};
    for (int c = 0; c < channels_; ++c) {
        from[static_cast<std::size_t>(c)] = in.channel(c).data();
        to[static_cast<std::size_t>(c)] = out.channel(c).data();
    }
    std::array<float, kTaps> taps{};
    for (int n = 0; n < frames; ++n) {
        const double position = ramped_position(start, step_first, step_last, frames, n);
        const double whole = std::floor(position);
        const double phase = (position - whole) * kPhases;
        const auto row = static_cast<std::size_t>(phase);
        const auto between = static_cast<float>(phase - static_cast<double>(row));
        const float* below = table_.data() + row * kTaps;
        const float* above = below + kTaps;
        for (std::size_t tap = 0; tap < kTaps; ++tap) {
            taps[tap] = below[tap] + between * (above[tap] - below[tap]);
        }
        const auto first = static_cast<std::ptrdiff_t>(whole) - (kHalf - 1);
        for (std::size_t c = 0; c < static_cast<std::size_t>(channels_); ++c) {
            to[c][n] = dot(taps.data(), from[c] + first);
        }
    }
}

}  // namespace earshot::audio
