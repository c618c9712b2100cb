#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <vector>

/// The few building blocks the demo's instruments are made of. Thread: any, one owner each.
namespace earshot::source::demo {

/// One channel at 48 kHz.
using Mono = std::vector<float>;

inline constexpr float kRate = 48'000.0F;
inline constexpr float kTurn = 2.0F * std::numbers::pi_v<float>;

[[nodiscard]] inline std::size_t frames_of(double seconds) {
    return static_cast<std::size_t>(std::lround(seconds * 48'000.0));
}

/// White noise that is the same for the same seed.
/// Source: Marsaglia, J. Stat. Softw. 8(14), 2003 (xorshift).
class Random {
public:
    explicit Random(std::uint32_t seed) noexcept : state_(seed * 2'654'435'761U | 1U) {
        for (int n = 0; n < 8; ++n) {
            (void)next();
        }
    }
    /// Uniform, -1 to 1.
    float next() noexcept {
        state_ ^= state_ << 13U;
        state_ ^= state_ >> 17U;
        state_ ^= state_ << 5U;
        return static_cast<float>(static_cast<std::int32_t>(state_)) * 0x1p-31F;
    }
    [[nodiscard]] float between(float low, float high) noexcept {
        return low + (high - low) * (0.5F + 0.5F * next());
    }

private:
    std::uint32_t state_;
};

/// Second-order filter. Source: R. Bristow-Johnson, Audio EQ Cookbook.
class Filter {
public:
    static Filter low_pass(float hz, float q = 0.707F) {
        const float c = std::cos(kTurn * hz / kRate);
        return {(1.0F - c) * 0.5F, 1.0F - c, (1.0F - c) * 0.5F, hz, q};
    }
    static Filter high_pass(float hz, float q = 0.707F) {
        const float c = std::cos(kTurn * hz / kRate);
        return {(1.0F + c) * 0.5F, -1.0F - c, (1.0F + c) * 0.5F, hz, q};
    }
    /// Gain 1 at its centre.
    static Filter band_pass(float hz, float q) {
        const float a = alpha(hz, q);
        return {a, 0.0F, -a, hz, q};
    }

    float operator()(float in) noexcept {
        const float out = b0_ * in + z1_;
        z1_ = b1_ * in - a1_ * out + z2_;
        z2_ = b2_ * in - a2_ * out;
        return out;
    }
    /// Takes another filter's response and keeps its own sound.
    void retune(const Filter& to) noexcept {
        b0_ = to.b0_;
        b1_ = to.b1_;
        b2_ = to.b2_;
        a1_ = to.a1_;
        a2_ = to.a2_;
    }

private:
    static float alpha(float hz, float q) { return std::sin(kTurn * hz / kRate) / (2.0F * q); }
    Filter(float b0, float b1, float b2, float hz, float q) {
        const float a = alpha(hz, q);
        const float scale = 1.0F / (1.0F + a);
        b0_ = b0 * scale;
        b1_ = b1 * scale;
        b2_ = b2 * scale;
        a1_ = -2.0F * std::cos(kTurn * hz / kRate) * scale;
        a2_ = (1.0F - a) * scale;
    }
    float b0_, b1_, b2_, a1_, a2_;
    float z1_ = 0.0F;
    float z2_ = 0.0F;
};

/// Falls to 1/1000 in `seconds`.
class Decay {
public:
    explicit Decay(float seconds) noexcept : factor_(std::exp(-6.9078F / (seconds * kRate))) {}
    float next() noexcept { return level_ *= factor_; }

private:
    float factor_;
    float level_ = 1.0F;
};

/// A dying sine by recursion.
class Partial {
public:
    Partial(float hz, float seconds, float gain) noexcept {
        const float radius = std::exp(-6.9078F / (seconds * kRate));
        const float angle = kTurn * hz / kRate;
        a1_ = 2.0F * radius * std::cos(angle);
        a2_ = -radius * radius;
        y1_ = gain * std::sin(angle);
    }
    float next() noexcept {
        const float y = a1_ * y1_ + a2_ * y2_;
        y2_ = y1_;
        y1_ = y;
        return y2_;
    }

private:
    float a1_, a2_;
    float y1_;
    float y2_ = 0.0F;
};

/// Fades the last `seconds` to nothing, so that a sound does not end with a step.
inline void taper(Mono& sound, double seconds) {
    const std::size_t frames =
        frames_of(seconds) < sound.size() ? frames_of(seconds) : sound.size();
    for (std::size_t n = 0; n < frames; ++n) {
        sound[sound.size() - 1 - n] *= static_cast<float>(n) / static_cast<float>(frames);
    }
}

}  // namespace earshot::source::demo
