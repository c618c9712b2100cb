#include "common/dsp/acoustic/phase_noise.hpp"

#include <algorithm>

namespace earshot::dsp {
namespace {

/// The finest grid has a knot every 32 frames. Straight lines between random knots have a spectrum
/// of sinc^4, which is 3 dB down at 0.319 of the knots' rate.
constexpr int kFinestShift = 5;
constexpr float kFinestLog2Hz = 8.9023F;  // 0.319 * 48 000 / 32 = 478.5 Hz
constexpr int kCoarsestGrid = 4;

/// Sixty-four well mixed bits of a number.
/// Source: Steele, Lea & Flood, OOPSLA 2014 (SplitMix); Stafford's variant 13 of the mix.
std::uint64_t mix(std::uint64_t x) noexcept {
    x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
    x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
    return x ^ (x >> 31U);
}

/// Random in -1 to 1.
float knot(std::uint64_t key, std::int64_t index) noexcept {
    constexpr std::uint64_t kStride = 0x9E3779B97F4A7C15U;
    const std::uint64_t bits = mix(key + kStride * static_cast<std::uint64_t>(index));
    return static_cast<float>(static_cast<std::int32_t>(bits >> 32U)) * 0x1p-31F;
}

/// One grid at a moment.
class Moment {
public:
    Moment(std::uint64_t seed, int grid, std::int64_t position) noexcept
        : seed_(seed + static_cast<std::uint64_t>(grid) * kBetweenGrids) {
        const int shift = kFinestShift + grid;
        index_ = position >> shift;
        const std::int64_t period = std::int64_t{1} << shift;
        t_ = static_cast<float>(position - index_ * period) / static_cast<float>(period);
    }
    /// Between the two knots in time, at one of the knots over the bands.
    [[nodiscard]] float at(std::size_t knot_band) const noexcept {
        const std::uint64_t key = seed_ + (knot_band + 1U) * kBetweenBands;
        const float from = knot(key, index_);
        return from + t_ * (knot(key, index_ + 1) - from);
    }

private:
    static constexpr std::uint64_t kBetweenGrids = 0xD1342543DE82EF95U;
    static constexpr std::uint64_t kBetweenBands = 0xAF251AF3B0F025B5U;

    std::uint64_t seed_;
    std::int64_t index_;
    float t_;
};

}  // namespace

void phase_noise(std::uint64_t seed,
                 float log2_hz,
                 std::int64_t position,
                 std::span<Lanes> groups) noexcept {
    const float octaves =
        std::clamp(kFinestLog2Hz - log2_hz, 0.0F, static_cast<float>(kCoarsestGrid));
    const int grid = std::min(static_cast<int>(octaves), kCoarsestGrid - 1);
    const float t = octaves - static_cast<float>(grid);
    const std::uint64_t mixed = mix(seed);
    const Moment fine(mixed, grid, position);
    const Moment coarse(mixed, grid + 1, position);
    const auto between = [&](std::size_t knot_band) noexcept {
        const float from = fine.at(knot_band);
        return from + t * (coarse.at(knot_band) - from);
    };
    float here = between(0);
    for (std::size_t group = 0; group < groups.size(); ++group) {
        const float next = between(group + 1);
        groups[group] = here + (next - here) * Lanes{0.0F, 0.25F, 0.5F, 0.75F};
        here = next;
    }
}

}  // namespace earshot::dsp
