#pragma once

#include <cstdint>

namespace earshot::dsp {

/// 64 evenly random bits that are a function of a number alone.
/// Source: Steele, Lea & Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014
/// (the finaliser of SplitMix64).
[[nodiscard]] inline std::uint64_t mixed_bits(std::uint64_t number) noexcept {
    std::uint64_t z = number;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
}

/// The bits of one frame of a noise: the same whenever that frame is rendered.
/// @param seed      Which noise.
/// @param position  Programme frame.
[[nodiscard]] inline std::uint64_t noise_bits(std::uint64_t seed, std::int64_t position) noexcept {
    return mixed_bits(seed + static_cast<std::uint64_t>(position) * 0x9E3779B97F4A7C15U);
}

}  // namespace earshot::dsp
