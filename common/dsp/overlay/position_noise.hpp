#pragma once

#include <cstdint>

namespace earshot::dsp {

/// 64 bits that look random and depend on nothing but the two numbers.
///
/// Source: the finaliser of Steele, Lea & Flood, Fast splittable pseudorandom number generators,
/// OOPSLA 2014 (variant 13 of D. Stafford). Real-time: yes.
[[nodiscard]] constexpr std::uint64_t position_hash(std::uint64_t seed,
                                                    std::uint64_t index) noexcept {
    std::uint64_t z = seed + (index + 1U) * 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
}

/// Two evenly distributed numbers in [-1, 1), independent of each other; variance 1/3 each.
struct NoisePair {
    double first;
    double second;
};

/// White noise as a function of the programme position. Real-time: yes.
[[nodiscard]] constexpr NoisePair position_noise(std::uint64_t seed,
                                                 std::int64_t position) noexcept {
    constexpr double kScale = 1.0 / 2147483648.0;
    const std::uint64_t bits = position_hash(seed, static_cast<std::uint64_t>(position));
    return {kScale * static_cast<double>(static_cast<std::int32_t>(bits & 0xffffffffU)),
            kScale * static_cast<double>(static_cast<std::int32_t>(bits >> 32U))};
}
inline constexpr double kNoiseVariance = 1.0 / 3.0;

}  // namespace earshot::dsp
