#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace earshot::dsp {

/// Four floats that are worked on at once: four bands of a frame, or four frames of a band.
/// Every operation rounds as its scalar twin does, so results are the same on every processor.
using Lanes = float __attribute__((vector_size(16)));
/// Four integers, as wide.
using IntLanes = std::int32_t __attribute__((vector_size(16)));
inline constexpr std::size_t kLanes = 4;

[[nodiscard]] inline Lanes splat(float value) noexcept {
    return Lanes{value, value, value, value};
}
/// Reads or writes four floats at any address.
[[nodiscard]] inline Lanes load_lanes(const float* from) noexcept {
    Lanes lanes;
    std::memcpy(&lanes, from, sizeof lanes);
    return lanes;
}
inline void store_lanes(Lanes lanes, float* to) noexcept {
    std::memcpy(to, &lanes, sizeof lanes);
}

[[nodiscard]] inline Lanes min(Lanes a, Lanes b) noexcept {
    return a < b ? a : b;
}
[[nodiscard]] inline Lanes max(Lanes a, Lanes b) noexcept {
    return a > b ? a : b;
}
[[nodiscard]] inline Lanes sqrt(Lanes a) noexcept {
#if defined(__SSE2__)
    return _mm_sqrt_ps(a);
#else
    return Lanes{std::sqrt(a[0]), std::sqrt(a[1]), std::sqrt(a[2]), std::sqrt(a[3])};
#endif
}
/// The nearest whole number, halves to even. @pre |a| < 2^22
[[nodiscard]] inline Lanes round(Lanes a) noexcept {
    constexpr float kMagic = 12'582'912.0F;  // 1.5 * 2^23: no binary places are left
    return (a + kMagic) - kMagic;
}

/// Logarithm to base 2 of normal positive numbers; absolute error under 1e-6 plus rounding.
[[nodiscard]] inline Lanes log2(Lanes a) noexcept {
    constexpr std::int32_t kHalfRoot = 0x3F3504F3;  // bits of sqrt(1/2)
    const IntLanes bits = reinterpret_cast<IntLanes>(a);
    const IntLanes exponent = (bits - kHalfRoot) >> 23;
    const Lanes m = reinterpret_cast<Lanes>(bits - (exponent << 23));  // sqrt(1/2) to sqrt(2)
    const Lanes s = (m - 1.0F) / (m + 1.0F);
    const Lanes q = s * s;
    // log2(m) = 2 artanh(s) / ln 2
    const Lanes series = 1.0F + q * (1.0F / 3.0F + q * (1.0F / 5.0F + q * (1.0F / 7.0F)));
    return __builtin_convertvector(exponent, Lanes) + 2.885390082F * s * series;
}

/// 2 to the power of a, relative error under 1e-6. @pre -126 <= a <= 126
[[nodiscard]] inline Lanes exp2(Lanes a) noexcept {
    const Lanes whole = round(a);
    const Lanes x = (a - whole) * 0.6931471806F;
    const Lanes series =
        1.0F + x * (1.0F + x * (1.0F / 2.0F +
                                x * (1.0F / 6.0F + x * (1.0F / 24.0F +
                                                        x * (1.0F / 120.0F +
                                                             x * (1.0F / 720.0F + x / 5040.0F))))));
    const IntLanes exponent = __builtin_convertvector(whole, IntLanes);
    return reinterpret_cast<Lanes>(reinterpret_cast<IntLanes>(series) + (exponent << 23));
}

/// Points on the unit circle.
struct UnitLanes {
    Lanes re;
    Lanes im;
};

/// exp(j 2 pi a), absolute error under 1e-6. @param a  Cycles, |a| < 2^20.
[[nodiscard]] inline UnitLanes unit(Lanes a) noexcept {
    // Half the angle lies within a quarter of the circle, where both series converge fast.
    const Lanes x = (a - round(a)) * 3.141592654F;
    const Lanes q = x * x;
    const Lanes s =
        x * (1.0F - q * (1.0F / 6.0F -
                         q * (1.0F / 120.0F -
                              q * (1.0F / 5040.0F - q * (1.0F / 362880.0F - q / 39916800.0F)))));
    const Lanes c =
        1.0F - q * (1.0F / 2.0F -
                    q * (1.0F / 24.0F -
                         q * (1.0F / 720.0F -
                              q * (1.0F / 40320.0F - q * (1.0F / 3628800.0F - q / 479001600.0F)))));
    return {1.0F - 2.0F * s * s, 2.0F * s * c};
}

}  // namespace earshot::dsp
