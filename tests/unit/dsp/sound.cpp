#include "tests/unit/dsp/sound.hpp"

#include "common/base/level.hpp"
#include "common/dsp/biquad.hpp"

#include <ebur128.h>

#include <cmath>
#include <cstring>
#include <memory>
#include <numbers>
#include <random>

namespace earshot::dsp::sound {
namespace {

double cycle(double frequency_hz) {
    return 2.0 * std::numbers::pi * frequency_hz / kSampleRateHz;
}

/// 12th order, so that a tone two octaves below is 144 dB down.
std::vector<double> high_passed(const std::vector<float>& sound, double frequency_hz) {
    std::vector<double> result(sound.begin(), sound.end());
    for (int i = 0; i < 6; ++i) {
        Biquad section;
        section.process(BiquadCoefficients::high_pass(frequency_hz, butterworth_q(12, i)), result);
    }
    return result;
}

/// Reproducible on every machine, unlike the standard distributions.
double uniform(std::mt19937& random) {
    return static_cast<double>(random()) / 2147483648.0 - 1.0;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

}  // namespace

Stereo both(int frames, const std::function<double(int)>& value) {
    Stereo sound(frames);
    for (int i = 0; i < frames; ++i) {
        sound.left[static_cast<std::size_t>(i)] = static_cast<float>(value(i));
    }
    sound.right = sound.left;
    return sound;
}

Stereo tone(double frequency_hz, double amplitude, int frames) {
    return both(frames, [=](int i) { return amplitude * std::sin(cycle(frequency_hz) * i); });
}

Stereo noise(double amplitude, int frames, std::uint32_t seed) {
    std::mt19937 random(seed);
    Stereo sound(frames);
    for (std::size_t i = 0; i < sound.left.size(); ++i) {
        sound.left[i] = static_cast<float>(amplitude * uniform(random));
        sound.right[i] = static_cast<float>(amplitude * uniform(random));
    }
    return sound;
}

Stereo programme(double amplitude, int frames, std::uint32_t seed) {
    std::mt19937 random(seed);
    Stereo sound(frames);
    for (int i = 0; i < frames; ++i) {
        const int beat = i % 12'000;
        const double hit = std::exp(-beat / 1'500.0);
        const double kick = hit * std::sin(cycle(55.0) * beat);
        const double note = 200.0 * (1.0 + (i / 9'600) % 5);
        const double voice = (i / 24'000) % 3 == 2 ? 0.0 : 0.4 * std::sin(cycle(note) * i);
        const auto at = static_cast<std::size_t>(i);
        sound.left[at] =
            static_cast<float>(amplitude * (0.5 * kick + voice + 0.3 * hit * uniform(random)));
        sound.right[at] = static_cast<float>(
            amplitude * (0.5 * kick + 0.7 * voice + 0.3 * hit * uniform(random)));
    }
    return sound;
}

bool identical(const Stereo& a, const Stereo& b) {
    return same_bits(a.left, b.left) && same_bits(a.right, b.right);
}

Stereo delayed(const Stereo& in, int frames) {
    Stereo out(in.frames());
    std::copy(in.left.begin(), in.left.end() - frames, out.left.begin() + frames);
    std::copy(in.right.begin(), in.right.end() - frames, out.right.begin() + frames);
    return out;
}

double peak_above_dbfs(const std::vector<float>& sound, double frequency_hz, int from, int to) {
    const auto high = high_passed(sound, frequency_hz);
    double peak = 0.0;
    std::for_each(high.begin() + from, high.begin() + to,
                  [&peak](double x) { peak = std::max(peak, std::abs(x)); });
    return gain_to_db(peak);
}

double level_above_dbfs(const std::vector<float>& sound, double frequency_hz, int from) {
    const auto high = high_passed(sound, frequency_hz);
    double power = 0.0;
    std::for_each(high.begin() + from, high.end(), [&power](double x) { power += x * x; });
    return gain_to_db(std::sqrt(power / static_cast<double>(high.end() - high.begin() - from)));
}

double tone_db(const std::vector<float>& sound, double frequency_hz, int from) {
    const auto count = static_cast<int>(sound.size()) - from;
    double re = 0.0;
    double im = 0.0;
    double weights = 0.0;
    for (int i = 0; i < count; ++i) {
        const double weight = 1.0 - std::cos(2.0 * std::numbers::pi * i / count);
        const double sample =
            static_cast<double>(sound[static_cast<std::size_t>(from + i)]) * weight;
        re += sample * std::cos(cycle(frequency_hz) * i);
        im += sample * std::sin(cycle(frequency_hz) * i);
        weights += weight;
    }
    return gain_to_db(2.0 * std::hypot(re, im) / weights);
}

double rms_dbfs(const std::vector<float>& sound, int from, int to) {
    double power = 0.0;
    for (int i = from; i < to; ++i) {
        const auto x = static_cast<double>(sound[static_cast<std::size_t>(i)]);
        power += x * x;
    }
    return gain_to_db(std::sqrt(power / (to - from)));
}

double largest_difference(const Stereo& a, const Stereo& b) {
    double largest = 0.0;
    for (std::size_t i = 0; i < a.left.size(); ++i) {
        largest = std::max(
            {largest, std::abs(static_cast<double>(a.left[i]) - static_cast<double>(b.left[i])),
             std::abs(static_cast<double>(a.right[i]) - static_cast<double>(b.right[i]))});
    }
    return largest;
}

Stereo tail(const Stereo& sound, int from) {
    Stereo rest;
    rest.left.assign(sound.left.begin() + from, sound.left.end());
    rest.right.assign(sound.right.begin() + from, sound.right.end());
    return rest;
}

double largest_step(const std::vector<float>& sound, int from, int to) {
    double step = 0.0;
    for (auto i = static_cast<std::size_t>(from) + 1; i < static_cast<std::size_t>(to); ++i) {
        step = std::max(
            step, std::abs(static_cast<double>(sound[i]) - static_cast<double>(sound[i - 1])));
    }
    return step;
}

double largest(const Stereo& sound) {
    double result = 0.0;
    for (std::size_t i = 0; i < sound.left.size(); ++i) {
        result = std::max({result, std::abs(static_cast<double>(sound.left[i])),
                           std::abs(static_cast<double>(sound.right[i]))});
    }
    return result;
}

double true_peak_dbtp(const Stereo& sound) {
    struct Close {
        void operator()(ebur128_state* state) const { ebur128_destroy(&state); }
    };
    const std::unique_ptr<ebur128_state, Close> meter(
        ebur128_init(2, kSampleRateHz, EBUR128_MODE_TRUE_PEAK));
    std::vector<float> interleaved;
    for (std::size_t i = 0; i < sound.left.size(); ++i) {
        interleaved.push_back(sound.left[i]);
        interleaved.push_back(sound.right[i]);
    }
    interleaved.resize(interleaved.size() + 2 * 64);  // lets its interpolator run out
    ebur128_add_frames_float(meter.get(), interleaved.data(), interleaved.size() / 2);
    double left = 0.0;
    double right = 0.0;
    ebur128_true_peak(meter.get(), 0, &left);
    ebur128_true_peak(meter.get(), 1, &right);
    return gain_to_db(std::max(left, right));
}

double correlation(const std::vector<float>& a, const std::vector<float>& b, int from) {
    double aa = 0.0;
    double bb = 0.0;
    double ab = 0.0;
    for (auto i = static_cast<std::size_t>(from); i < a.size(); ++i) {
        aa += static_cast<double>(a[i]) * static_cast<double>(a[i]);
        bb += static_cast<double>(b[i]) * static_cast<double>(b[i]);
        ab += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    }
    return ab / std::sqrt(aa * bb);
}

}  // namespace earshot::dsp::sound
