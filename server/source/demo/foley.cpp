#include "server/source/demo/foley.hpp"

#include <cmath>
#include <cstddef>

namespace earshot::source::demo {
namespace {

/// Dies along `decay` from frame `first` on.
void thud(Mono& out, std::size_t first, float hz, float seconds, float gain) {
    Partial body(hz, seconds, gain);
    for (std::size_t n = first; n < out.size(); ++n) {
        out[n] += body.next();
    }
}

void scrape(
    Mono& out, std::size_t first, float seconds, float hz, float q, float gain, Random& random) {
    Decay decay(seconds);
    Filter tone = Filter::band_pass(hz, q);
    const std::size_t rise = frames_of(0.002);
    for (std::size_t n = first; n < out.size(); ++n) {
        const std::size_t age = n - first;
        const float in = age < rise ? static_cast<float>(age) / static_cast<float>(rise) : 1.0F;
        out[n] += gain * in * tone(random.next() * decay.next());
    }
}

}  // namespace

Mono footstep(std::uint32_t seed) {
    Random random(seed);
    Mono out(frames_of(0.32));
    thud(out, 0, random.between(85.0F, 105.0F), 0.12F, 0.7F);
    thud(out, 0, random.between(190.0F, 240.0F), 0.07F, 0.35F);
    scrape(out, 0, 0.03F, 2'400.0F, 0.6F, 0.7F, random);
    const std::size_t sole = frames_of(static_cast<double>(random.between(0.08F, 0.11F)));
    thud(out, sole, random.between(120.0F, 150.0F), 0.06F, 0.25F);
    scrape(out, sole, 0.09F, random.between(2'800.0F, 3'800.0F), 0.5F, 0.35F, random);
    taper(out, 0.04);
    return out;
}

Mono door_creak(double seconds, std::uint32_t seed) {
    Random random(seed);
    Mono out(frames_of(seconds));
    Filter wood = Filter::band_pass(640.0F, 9.0F);
    Filter panel = Filter::band_pass(1'330.0F, 12.0F);
    Filter hinge = Filter::band_pass(2'150.0F, 10.0F);
    float until_slip = 0.0F;
    for (std::size_t n = 0; n < out.size(); ++n) {
        const float x = static_cast<float>(n) / static_cast<float>(out.size());
        float kick = 0.0F;
        until_slip -= 1.0F;
        if (until_slip <= 0.0F) {
            const float slips_per_second = 28.0F + 70.0F * std::sin(kTurn * 0.5F * x);
            until_slip = kRate / slips_per_second * random.between(0.85F, 1.15F);
            kick = random.between(0.5F, 1.0F);
        }
        const float swell = std::sin(kTurn * 0.5F * x);
        out[n] = 6.0F * swell * (wood(kick) + 0.7F * panel(kick) + 0.5F * hinge(kick));
    }
    return out;
}

Mono door_slam(std::uint32_t seed) {
    Random random(seed);
    Mono out(frames_of(0.9));
    thud(out, 0, 58.0F, 0.5F, 0.8F);
    thud(out, 0, 97.0F, 0.3F, 0.5F);
    thud(out, 0, 171.0F, 0.18F, 0.35F);
    scrape(out, 0, 0.08F, 900.0F, 0.5F, 1.2F, random);
    const std::size_t latch = frames_of(0.055);
    scrape(out, latch, 0.02F, 3'600.0F, 2.0F, 1.0F, random);
    thud(out, latch, 1'240.0F, 0.05F, 0.12F);
    taper(out, 0.1);
    return out;
}

Mono room_tone(double seconds, std::uint32_t seed) {
    Random random(seed);
    Mono out(frames_of(seconds));
    float dark = 0.0F;
    float darker = 0.0F;
    float* to = out.data();
    for (std::size_t n = 0; n < out.size(); ++n) {
        const float noise = random.next();
        dark += 0.05F * (noise - dark);
        darker += 0.012F * (dark - darker);
        to[n] = 0.3F * dark + 2.0F * darker;
    }
    const std::size_t edge = frames_of(0.5);
    for (std::size_t n = 0; n < edge && n < out.size(); ++n) {
        out[n] *= static_cast<float>(n) / static_cast<float>(edge);
    }
    taper(out, 0.5);
    return out;
}

Mono breath(double seconds, std::uint32_t seed) {
    Random random(seed);
    Mono out(frames_of(seconds));
    Filter in = Filter::band_pass(1'500.0F, 0.7F);
    Filter away = Filter::band_pass(700.0F, 0.6F);
    for (std::size_t n = 0; n < out.size(); ++n) {
        const float x = static_cast<float>(n) / static_cast<float>(out.size());
        const float noise = random.next();
        const float inhale = x < 0.42F ? std::sin(kTurn * 0.5F * x / 0.42F) : 0.0F;
        const float exhale =
            x > 0.5F ? std::sin(kTurn * 0.5F * std::sqrt((x - 0.5F) * 2.0F)) : 0.0F;
        out[n] = inhale * inhale * in(noise) + 0.8F * exhale * exhale * away(noise);
    }
    return out;
}

}  // namespace earshot::source::demo
