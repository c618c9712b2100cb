#include "server/source/demo/voice.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace earshot::source::demo {
namespace {

constexpr std::size_t kFormants = 4;
constexpr std::size_t kGlide = 240;  // Formants are retuned every 5 ms.
using Formants = std::array<float, kFormants>;

constexpr std::array<Formants, 5> kVowels{{
    {730.0F, 1'090.0F, 2'440.0F, 3'400.0F},
    {530.0F, 1'840.0F, 2'480.0F, 3'500.0F},
    {270.0F, 2'290.0F, 3'010.0F, 3'700.0F},
    {570.0F, 840.0F, 2'410.0F, 3'300.0F},
    {300.0F, 870.0F, 2'240.0F, 3'300.0F},
}};
constexpr Formants kBandwidths{80.0F, 100.0F, 140.0F, 220.0F};
constexpr Formants kStrengths{1.0F, 0.8F, 0.55F, 0.35F};

/// Level of the voice within a syllable, x from 0 to 1.
float shape(float x, Onset onset) {
    const float in = onset == Onset::open ? 0.12F : 0.2F;
    const float rise = std::min(1.0F, x / in);
    const float fall = std::min(1.0F, (1.0F - x) / 0.25F);
    return rise * rise * (3.0F - 2.0F * rise) * std::sqrt(std::max(0.0F, fall));
}

class Glottis {
public:
    /// A saw-tooth without its corner (PolyBLEP), rounded: -12 dB an octave, like the folds'.
    float next(float hz) noexcept {
        const float step = hz / kRate;
        phase_ += step;
        if (phase_ >= 1.0F) {
            phase_ -= 1.0F;
        }
        float saw = 1.0F - 2.0F * phase_;
        if (phase_ < step) {
            const float x = phase_ / step;
            saw += x + x - x * x - 1.0F;
        } else if (phase_ > 1.0F - step) {
            const float x = (phase_ - 1.0F) / step;
            saw += x * x + x + x + 1.0F;
        }
        round_ += 0.22F * (saw - round_);
        return round_;
    }

private:
    float phase_ = 0.0F;
    float round_ = 0.0F;
};

/// Noise that begins a syllable.
float consonant(Onset onset, float x, Random& random, Filter& hiss, Filter& burst) {
    if (onset == Onset::hiss && x < 0.3F) {
        const float level = std::sin(kTurn * 0.5F * x / 0.3F);
        return 0.22F * level * hiss(random.next());
    }
    if (onset == Onset::stop && x < 0.12F) {
        return 0.5F * (1.0F - x / 0.12F) * burst(random.next());
    }
    return 0.0F;
}

}  // namespace

Mono utter(std::span<const Syllable> syllables, const Throat& throat, std::uint32_t seed) {
    Mono out;
    Random random(seed);
    Glottis glottis;
    Formants now = kVowels[static_cast<std::size_t>(Vowel::a)];
    std::vector<Filter> tract;
    for (std::size_t k = 0; k < kFormants; ++k) {
        tract.push_back(Filter::band_pass(now[k] / throat.size, now[k] / kBandwidths[k]));
    }
    Filter hiss = Filter::high_pass(4'500.0F);
    Filter burst = Filter::band_pass(1'900.0F, 0.7F);
    Filter nose = Filter::band_pass(260.0F, 2.0F);
    float time = 0.0F;
    for (const Syllable& syllable : syllables) {
        const std::size_t frames = frames_of(static_cast<double>(syllable.seconds));
        const Formants& to = kVowels[static_cast<std::size_t>(syllable.vowel)];
        for (std::size_t n = 0; n < frames; ++n) {
            if (n % kGlide == 0) {
                for (std::size_t k = 0; k < kFormants; ++k) {
                    now[k] += 0.22F * (to[k] - now[k]);
                    const float hz = std::min(now[k] / throat.size, 8'000.0F);
                    tract[k].retune(Filter::band_pass(hz, hz / kBandwidths[k]));
                }
            }
            const float x = static_cast<float>(n) / static_cast<float>(frames);
            time += 1.0F / kRate;
            const float hz =
                (syllable.from_hz + (syllable.to_hz - syllable.from_hz) * x) *
                (1.0F + throat.vibrato * std::sin(kTurn * 5.5F * time) * std::min(1.0F, 3.0F * x));
            const float source = (glottis.next(hz) + throat.breath * random.next()) *
                                 shape(x, syllable.onset) * syllable.gain;
            float sum = 0.0F;
            for (std::size_t k = 0; k < kFormants; ++k) {
                // Neighbours in opposite phase: no holes between the formants.
                sum += (k % 2 == 0 ? kStrengths[k] : -kStrengths[k]) * tract[k](source);
            }
            const float hum =
                syllable.onset == Onset::hum && x < 0.25F ? 0.6F * nose(source) : 0.0F;
            out.push_back(sum + hum +
                          syllable.gain * consonant(syllable.onset, x, random, hiss, burst));
        }
    }
    taper(out, 0.02);
    return out;
}

std::vector<Syllable> sentence(int syllables, float pitch_hz, bool question, std::uint32_t seed) {
    Random random(seed);
    std::vector<Syllable> out;
    float pitch = pitch_hz * 1.15F;
    for (int n = 0; n < syllables; ++n) {
        const bool stressed = random.next() > 0.1F;
        const bool last = n + 1 == syllables;
        float end = pitch * random.between(0.93F, 1.0F);
        if (last) {
            end = question ? pitch * 1.4F : pitch * 0.75F;
        }
        out.push_back(
            {.vowel = static_cast<Vowel>(static_cast<int>(random.between(0.0F, 4.99F))),
             .onset = static_cast<Onset>(static_cast<int>(random.between(0.0F, 3.99F))),
             .seconds = random.between(0.13F, 0.2F) * (last ? 1.6F : (stressed ? 1.2F : 0.9F)),
             .from_hz = pitch * (stressed ? 1.06F : 0.98F),
             .to_hz = end,
             .gain = stressed ? 1.0F : 0.65F});
        pitch += (pitch_hz * 0.92F - pitch) * 0.2F;
    }
    return out;
}

}  // namespace earshot::source::demo
