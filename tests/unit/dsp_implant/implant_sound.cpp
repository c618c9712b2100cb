#include "tests/unit/dsp_implant/implant_sound.hpp"

#include "common/audio/block.hpp"
#include "common/base/level.hpp"
#include "common/base/time.hpp"
#include "common/dsp/implant/section.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <random>
#include <span>
#include <stdexcept>

namespace earshot::dsp::implant_test {
namespace {

constexpr double kTwoPi = 2.0 * std::numbers::pi;

/// Reproducible on every machine, unlike the standard distributions. In [-1, 1).
double uniform(std::mt19937& random) {
    return static_cast<double>(random()) / 2147483648.0 - 1.0;
}

std::vector<double> filtered(std::vector<double> sound, std::span<const Section> sections) {
    for (const Section& with : sections) {
        double s1 = 0.0;
        double s2 = 0.0;
        for (double& sample : sound) {
            const double x = sample;
            const double y = with.b0 * x + s1;
            s1 = with.b1 * x - with.a1 * y + s2;
            s2 = with.b2 * x - with.a2 * y;
            sample = y;
        }
    }
    return sound;
}

double rms_db(const std::vector<double>& sound, int from) {
    double power = 0.0;
    for (auto i = static_cast<std::size_t>(from); i < sound.size(); ++i) {
        power += sound[i] * sound[i];
    }
    return gain_to_db(
        std::sqrt(power / static_cast<double>(sound.size() - static_cast<std::size_t>(from))));
}

std::vector<double> wide(const Sound& sound) {
    return {sound.begin(), sound.end()};
}

/// A vowel or consonant: formants (Hz), their levels, how much of it is voice.
struct Phone {
    std::array<double, 4> formants;
    std::array<double, 4> levels;
    double voiced;
};

/// A resonance that may move from frame to frame.
struct Formant {
    double y1 = 0.0;
    double y2 = 0.0;
    double run(double x, double hz, double bandwidth_hz) {
        const double r = std::exp(-std::numbers::pi * bandwidth_hz / kSampleRateHz);
        const double y =
            (1.0 - r) * x + 2.0 * r * std::cos(kTwoPi * hz / kSampleRateHz) * y1 - r * r * y2;
        y2 = y1;
        y1 = y;
        return y;
    }
};

}  // namespace

Sound voice(int frames, double rms, std::uint32_t seed) {
    constexpr std::array<Phone, 6> kPhones = {{
        {{730, 1090, 2440, 3500}, {1.0, 0.8, 0.2, 0.05}, 1.0},
        {{270, 2290, 3010, 3700}, {1.0, 0.5, 0.4, 0.2}, 1.0},
        {{300, 870, 2240, 3300}, {1.0, 0.4, 0.05, 0.02}, 1.0},
        {{530, 1840, 2480, 3600}, {1.0, 0.5, 0.3, 0.2}, 1.0},
        {{2500, 4500, 6000, 7500}, {0.05, 0.4, 0.8, 0.8}, 0.0},
        {{1500, 2500, 3500, 5000}, {0.2, 0.4, 0.3, 0.2}, 0.0},
    }};
    std::mt19937 random(seed);
    std::array<Formant, 4> formants{};
    std::array<double, 4> at = kPhones[0].formants;
    std::array<double, 4> level{};
    std::array<double, 4> accents{};
    std::array<double, 4> targets = at;
    std::vector<double> sound;
    double phase = 0.0;
    const Phone* phone = &kPhones[0];
    int left = 0;
    double loudness = 0.0;
    double pitch_hz = 120.0;
    double pitch_target_hz = 120.0;
    for (int i = 0; i < frames; ++i) {
        if (left-- == 0) {
            phone = &kPhones[random() % kPhones.size()];
            left = static_cast<int>(3'000 + random() % 7'000);
            loudness = random() % 6 == 0 ? 0.0 : 0.4 + 0.3 * (uniform(random) + 1.0);
            // No two vowels are the same: a long voice has no gaps in its spectrum.
            for (std::size_t k = 0; k < accents.size(); ++k) {
                accents[k] = db_to_gain(9.0 * uniform(random) - 3.0);
                targets[k] = phone->formants[k] * (1.0 + 0.15 * uniform(random));
            }
            pitch_target_hz = 130.0 + 45.0 * uniform(random);
        }
        pitch_hz += (pitch_target_hz - pitch_hz) / 4'000.0;
        phase += pitch_hz / kSampleRateHz;
        // Breath at -20 dB goes with the voice; the hiss of consonants is as strong as a voice.
        double source = (phone->voiced > 0.0 ? 0.01 : 0.05) * uniform(random);
        if (phase >= 1.0) {
            phase -= 1.0;
            source += phone->voiced;
        }
        double sample = 0.0;
        for (std::size_t k = 0; k < formants.size(); ++k) {
            at[k] += (targets[k] - at[k]) / 700.0;
            level[k] += (loudness * accents[k] * phone->levels[k] - level[k]) / 700.0;
            sample += level[k] * formants[k].run(source, at[k], 60.0 + 0.06 * at[k]);
        }
        sound.push_back(sample);
    }
    const double gain = rms / db_to_gain(rms_db(sound, 0));
    Sound scaled;
    for (const double sample : sound) {
        scaled.push_back(static_cast<float>(gain * sample));
    }
    return scaled;
}

Sound tone(double frequency_hz, double amplitude, int frames) {
    Sound sound;
    for (int i = 0; i < frames; ++i) {
        sound.push_back(
            static_cast<float>(amplitude * std::sin(kTwoPi * frequency_hz * i / kSampleRateHz)));
    }
    return sound;
}

Sound noise(double amplitude, int frames, std::uint32_t seed) {
    std::mt19937 random(seed);
    Sound sound(static_cast<std::size_t>(frames));
    std::generate(sound.begin(), sound.end(),
                  [&] { return static_cast<float>(amplitude * uniform(random)); });
    return sound;
}

ImplantRecipe recipe_of(const ImplantSettings& settings) {
    auto recipe = ImplantRecipe::make(settings);
    if (!recipe) {
        throw std::invalid_argument(recipe.failure().text);
    }
    return recipe.value();
}

std::unique_ptr<ImplantEngine> engine_on(const ImplantSettings& settings) {
    auto engine = std::make_unique<ImplantEngine>();
    engine->take(recipe_of(settings));
    return engine;
}

Pair render(ImplantEngine& engine,
            const Pair& in,
            std::int64_t position,
            const std::vector<int>& blocks) {
    Pair out = in;
    audio::Block work(2, 4'096);
    std::size_t turn = 0;
    const auto frames = static_cast<int>(in.left.size());
    for (int done = 0; done < frames;) {
        const int count = std::min(blocks[turn++ % blocks.size()], frames - done);
        const audio::BlockView view = work.view().part(0, count);
        std::copy_n(in.left.begin() + done, count, view.channel(0).begin());
        std::copy_n(in.right.begin() + done, count, view.channel(1).begin());
        engine.process(view, position + done);
        std::copy_n(view.channel(0).begin(), count, out.left.begin() + done);
        std::copy_n(view.channel(1).begin(), count, out.right.begin() + done);
        done += count;
    }
    return out;
}

Sound through(const ImplantSettings& settings, const Sound& in) {
    ImplantEngine engine;
    engine.take(recipe_of(settings));
    return render(engine, {in, in}).left;
}

double seek_error_dbfs(const ImplantSettings& settings, int sought, int frames_after) {
    constexpr std::size_t kWarm = 9'600;
    Sound sound = voice(sought + frames_after, 0.1, 5);
    const std::size_t begin = static_cast<std::size_t>(sought) - kWarm;
    // The hardest there is for memory: loud up to the warm-up, quiet from there on.
    for (std::size_t i = begin; i < sound.size(); ++i) {
        sound[i] *= 0.1F;
    }
    const auto engine = engine_on(settings);
    const Pair played = render(*engine, {sound, sound});
    engine->reset();
    const Sound rest(sound.begin() + static_cast<std::ptrdiff_t>(begin), sound.end());
    const Pair heard = render(*engine, {rest, rest}, static_cast<std::int64_t>(begin));
    double difference = 0.0;
    for (std::size_t i = kWarm; i < rest.size(); ++i) {
        difference = std::max(
            difference, static_cast<double>(std::abs(heard.right[i] - played.right[begin + i])));
    }
    return gain_to_db(difference);
}

double largest(const Sound& sound, std::size_t from) {
    double most = 0.0;
    for (std::size_t i = from; i < sound.size(); ++i) {
        most = std::max(most, std::abs(static_cast<double>(sound[i])));
    }
    return most;
}

double level_dbfs(const Sound& sound, int from) {
    return rms_db(wide(sound), from);
}

double band_level_dbfs(const Sound& sound, double low_hz, double high_hz, int from) {
    return rms_db(filtered(wide(sound), butterworth_band(low_hz, high_hz)), from);
}

double level_above_dbfs(const Sound& sound, double frequency_hz, int from) {
    return rms_db(filtered(wide(sound), chebyshev_high_pass(12, frequency_hz)), from);
}

double level_below_dbfs(const Sound& sound, double frequency_hz, int from) {
    return rms_db(filtered(wide(sound), chebyshev_low_pass(12, frequency_hz)), from);
}

double sine_db(const Sound& sound, double frequency_hz, int from) {
    const auto count = static_cast<int>(sound.size()) - from;
    // Turned by multiplication, which is 1e-12 off after a second.
    const double c = std::cos(kTwoPi * frequency_hz / kSampleRateHz);
    const double s = std::sin(kTwoPi * frequency_hz / kSampleRateHz);
    const double wc = std::cos(kTwoPi / count);
    const double ws = std::sin(kTwoPi / count);
    double x = 1.0, y = 0.0, wx = 1.0, wy = 0.0, re = 0.0, im = 0.0;
    for (int i = 0; i < count; ++i) {
        const double sample =
            (1.0 - wx) * static_cast<double>(sound[static_cast<std::size_t>(from + i)]);
        re += sample * x;
        im += sample * y;
        const double next_x = x * c - y * s;
        y = x * s + y * c;
        x = next_x;
        const double next_wx = wx * wc - wy * ws;
        wy = wx * ws + wy * wc;
        wx = next_wx;
    }
    return gain_to_db(2.0 * std::hypot(re, im) / count);
}

std::vector<double> slow_envelope(const Sound& sound, double low_hz, double high_hz) {
    auto band = filtered(wide(sound), butterworth_band(low_hz, high_hz));
    std::transform(band.begin(), band.end(), band.begin(), [](double x) { return std::abs(x); });
    const std::array<Section, 1> low_pass = {butterworth_low_pass(16.0)};
    band = filtered(std::move(band), low_pass);
    std::vector<double> envelope;
    for (std::size_t i = 0; i < band.size(); i += 48) {
        envelope.push_back(band[i]);
    }
    return envelope;
}

double best_correlation(const std::vector<double>& a, const std::vector<double>& b) {
    constexpr std::size_t kMostLag = 25;
    constexpr std::size_t kFrom = 100;  // ms: filters have settled
    double best = -1.0;
    for (std::size_t lag = 0; lag <= kMostLag; ++lag) {
        const std::size_t count = a.size() - kFrom - kMostLag;
        double sa = 0.0, sb = 0.0, saa = 0.0, sbb = 0.0, sab = 0.0;
        for (std::size_t i = 0; i < count; ++i) {
            const double x = a[kFrom + i];
            const double y = b[kFrom + i + lag];
            sa += x;
            sb += y;
            saa += x * x;
            sbb += y * y;
            sab += x * y;
        }
        const auto n = static_cast<double>(count);
        const double spread = (saa - sa * sa / n) * (sbb - sb * sb / n);
        best = std::max(best, spread > 0.0 ? (sab - sa * sb / n) / std::sqrt(spread) : 0.0);
    }
    return best;
}

std::vector<double> envelope_correlations(const ImplantRecipe& recipe,
                                          const Sound& in,
                                          const Sound& out,
                                          std::size_t shift) {
    std::vector<double> result;
    const auto& channels = recipe.channels();
    for (std::size_t k = 0; k < channels.size(); ++k) {
        const auto& other = channels[(k + shift) % channels.size()];
        result.push_back(
            best_correlation(slow_envelope(in, channels[k].low_hz, channels[k].high_hz),
                             slow_envelope(out, other.carrier_low_hz, other.carrier_high_hz)));
    }
    return result;
}

}  // namespace earshot::dsp::implant_test
