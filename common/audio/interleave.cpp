#include "common/audio/interleave.hpp"

#include <cmath>
#include <cstddef>

namespace earshot::audio {
namespace {

constexpr float kFullScaleS16 = 32768.0F;

template <class Sample>
void split(std::span<const Sample> in, BlockView out, float scale) noexcept {
    const auto channels = static_cast<std::size_t>(out.channels());
    EARSHOT_ASSERT(in.size() == channels * static_cast<std::size_t>(out.frames()));
    for (std::size_t c = 0; c < channels; ++c) {
        std::size_t from = c;
        for (float& sample : out.channel(static_cast<int>(c))) {
            sample = static_cast<float>(in[from]) * scale;
            from += channels;
        }
    }
}

/// Rounds to the nearest step and clips; counts what did not fit.
std::int16_t to_step(float steps, int& clipped) noexcept {
    // The comparison is false for NaN too.
    if (!(steps > -32768.5F && steps < 32767.5F)) [[unlikely]] {
        ++clipped;
        return std::isnan(steps) ? std::int16_t{0}
                                 : (steps > 0.0F ? std::int16_t{32767} : std::int16_t{-32768});
    }
    const long step = std::lrint(steps);  // 32767.4999 stays; -32768.4999 stays.
    return static_cast<std::int16_t>(step > 32767 ? 32767 : (step < -32768 ? -32768 : step));
}

/// The same for 24 bits; in doubles, for a float has no room for a fraction of such a step.
std::int32_t to_step_s24(double steps, int& clipped) noexcept {
    if (!(steps > -8'388'608.5 && steps < 8'388'607.5)) [[unlikely]] {
        ++clipped;
        return std::isnan(steps) ? 0 : (steps > 0.0 ? 8'388'607 : -8'388'608);
    }
    const long step = std::lrint(steps);
    return static_cast<std::int32_t>(step > 8'388'607 ? 8'388'607
                                                      : (step < -8'388'608 ? -8'388'608 : step));
}

/// Stafford's variant 13 of the splitmix64 finaliser.
std::uint64_t mix(std::uint64_t x) noexcept {
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31U);
}

}  // namespace

void interleave(ConstBlockView in, std::span<float> out) noexcept {
    const auto channels = static_cast<std::size_t>(in.channels());
    EARSHOT_ASSERT(out.size() == channels * static_cast<std::size_t>(in.frames()));
    for (std::size_t c = 0; c < channels; ++c) {
        std::size_t to = c;
        for (const float sample : in.channel(static_cast<int>(c))) {
            out[to] = sample;
            to += channels;
        }
    }
}

void deinterleave(std::span<const float> in, BlockView out) noexcept {
    split(in, out, 1.0F);
}

void deinterleave(std::span<const std::int16_t> in, BlockView out) noexcept {
    split(in, out, 1.0F / kFullScaleS16);
}

int interleave_s16(ConstBlockView in, std::span<std::int16_t> out) noexcept {
    const auto channels = static_cast<std::size_t>(in.channels());
    EARSHOT_ASSERT(out.size() == channels * static_cast<std::size_t>(in.frames()));
    int clipped = 0;
    for (std::size_t c = 0; c < channels; ++c) {
        std::size_t to = c;
        for (const float sample : in.channel(static_cast<int>(c))) {
            out[to] = to_step(sample * kFullScaleS16, clipped);
            to += channels;
        }
    }
    return clipped;
}

float TpdfDither::noise(std::int64_t frame, int channel) const noexcept {
    const auto counter =
        static_cast<std::uint64_t>(frame) * 8U + static_cast<std::uint64_t>(channel);
    const std::uint64_t bits =
        mix(mix(seed_ + 0x9e3779b97f4a7c15ULL) ^ (counter * 0x9e3779b97f4a7c15ULL));
    constexpr float kUnit = 1.0F / 16'777'216.0F;  // 24 bits: exact in a float.
    const auto first = static_cast<float>(bits >> 40U) * kUnit;
    const auto second = static_cast<float>((bits >> 8U) & 0xff'ffffU) * kUnit;
    return first - second;
}

int TpdfDither::interleave_s16(ConstBlockView in,
                               std::int64_t first_frame,
                               std::span<std::int16_t> out) const noexcept {
    const auto channels = static_cast<std::size_t>(in.channels());
    EARSHOT_ASSERT(out.size() == channels * static_cast<std::size_t>(in.frames()));
    int clipped = 0;
    for (std::size_t c = 0; c < channels; ++c) {
        std::size_t to = c;
        std::int64_t frame = first_frame;
        for (const float sample : in.channel(static_cast<int>(c))) {
            out[to] = to_step(sample * kFullScaleS16 + noise(frame, static_cast<int>(c)), clipped);
            to += channels;
            ++frame;
        }
    }
    return clipped;
}

int TpdfDither::interleave_s24(ConstBlockView in,
                               std::int64_t first_frame,
                               std::span<std::int32_t> out) const noexcept {
    const auto channels = static_cast<std::size_t>(in.channels());
    EARSHOT_ASSERT(out.size() == channels * static_cast<std::size_t>(in.frames()));
    constexpr double kFullScaleS24 = 8'388'608.0;
    int clipped = 0;
    for (std::size_t c = 0; c < channels; ++c) {
        std::size_t to = c;
        std::int64_t frame = first_frame;
        for (const float sample : in.channel(static_cast<int>(c))) {
            const double steps = static_cast<double>(sample) * kFullScaleS24 +
                                 static_cast<double>(noise(frame, static_cast<int>(c)));
            out[to] = to_step_s24(steps, clipped) * 256;
            to += channels;
            ++frame;
        }
    }
    return clipped;
}

}  // namespace earshot::audio
