#include "tests/support/signals.hpp"

#include "tests/support/sinc_reader.hpp"

#include <cmath>
#include <numbers>

namespace earshot::test {
namespace {

constexpr double kTwoPi = 2.0 * std::numbers::pi;

Audio silence(int sample_rate_hz, int channels, double seconds) {
    const auto frames = static_cast<std::size_t>(std::llround(seconds * sample_rate_hz));
    return {sample_rate_hz, std::vector<std::vector<float>>(static_cast<std::size_t>(channels),
                                                            std::vector<float>(frames))};
}

/// Smooth random level in [0, 1] with knots every 0.5 s.
double wander(std::uint64_t seed, double seconds) {
    const double knot = seconds / 0.5;
    const auto index = static_cast<std::uint64_t>(knot);
    const double p = knot - static_cast<double>(index);
    const double from = 0.5 + 0.5 * static_cast<double>(noise_at(seed, index));
    const double to = 0.5 + 0.5 * static_cast<double>(noise_at(seed, index + 1));
    return from + (to - from) * (0.5 - 0.5 * std::cos(std::numbers::pi * p));
}

}  // namespace

float noise_at(std::uint64_t seed, std::uint64_t index) noexcept {
    // splitmix64, a counter-based generator (Steele, Lea & Flood, OOPSLA 2014).
    std::uint64_t z =
        seed * 0xD1342543DE82EF95U + index * 0x9E3779B97F4A7C15U + 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    z ^= z >> 31U;
    return static_cast<float>(static_cast<double>(z >> 11U) * 0x1.0p-52 - 1.0);
}

Audio white_noise(
    int sample_rate_hz, int channels, double seconds, float peak, std::uint64_t seed) {
    Audio audio = silence(sample_rate_hz, channels, seconds);
    for (std::size_t channel = 0; channel < audio.channels.size(); ++channel) {
        for (std::size_t frame = 0; frame < audio.frames(); ++frame) {
            audio.channels[channel][frame] = peak * noise_at(seed + channel, frame);
        }
    }
    return audio;
}

Audio busy_programme(int sample_rate_hz, int channels, double seconds, std::uint64_t seed) {
    Audio audio = silence(sample_rate_hz, channels, seconds);
    const double rate = sample_rate_hz;
    const double pole = std::exp(-kTwoPi * 2'500.0 / rate);
    for (std::size_t channel = 0; channel < audio.channels.size(); ++channel) {
        double first = 0.0;
        double second = 0.0;
        for (std::size_t frame = 0; frame < audio.frames(); ++frame) {
            const double at = static_cast<double>(frame) / rate;
            const double white = 0.5 * (static_cast<double>(noise_at(seed, frame)) +
                                        static_cast<double>(noise_at(seed + 1 + channel, frame)));
            first += (1.0 - pole) * (white - first);
            second += (1.0 - pole) * (first - second);
            const double level_db = -30.0 + 18.0 * wander(seed + 99, at);
            const double since = std::fmod(at, 1.0);
            const double marker = std::exp(-since * 400.0) * std::sin(kTwoPi * 3'000.0 * since);
            const double value = 4.0 * std::pow(10.0, level_db / 20.0) * second + 0.15 * marker;
            audio.channels[channel][frame] = static_cast<float>(value);
        }
    }
    return audio;
}

Audio tone(int sample_rate_hz, int channels, double seconds, double frequency_hz, float peak) {
    Audio audio = silence(sample_rate_hz, channels, seconds);
    for (std::vector<float>& channel : audio.channels) {
        for (std::size_t frame = 0; frame < channel.size(); ++frame) {
            const double at = static_cast<double>(frame) / sample_rate_hz;
            channel[frame] = peak * static_cast<float>(std::sin(kTwoPi * frequency_hz * at));
        }
    }
    return audio;
}

Audio sweep(
    int sample_rate_hz, int channels, double seconds, double from_hz, double to_hz, float peak) {
    // Farina, AES 108th convention, 2000: phase of an exponential sweep.
    Audio audio = silence(sample_rate_hz, channels, seconds);
    const double growth = std::log(to_hz / from_hz);
    for (std::vector<float>& channel : audio.channels) {
        for (std::size_t frame = 0; frame < channel.size(); ++frame) {
            const double at = static_cast<double>(frame) / sample_rate_hz;
            const double phase =
                kTwoPi * from_hz * seconds / growth * (std::exp(at / seconds * growth) - 1.0);
            channel[frame] = peak * static_cast<float>(std::sin(phase));
        }
    }
    return audio;
}

std::vector<float> delayed(const std::vector<float>& signal, double delay_frames) {
    std::vector<float> result(signal.size());
    for (std::size_t frame = 0; frame < result.size(); ++frame) {
        result[frame] =
            static_cast<float>(sinc_value(signal, static_cast<double>(frame) - delay_frames));
    }
    return result;
}

}  // namespace earshot::test
