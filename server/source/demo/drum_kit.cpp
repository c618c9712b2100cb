#include "server/source/demo/drum_kit.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace earshot::source::demo {
namespace {

/// A struck skin: its tone falls from high_hz to hz while it dies, over a short click of the stick.
Mono skin(
    float hz, float high_hz, float fall_seconds, float seconds, float click, std::uint32_t seed) {
    Mono out(frames_of(static_cast<double>(seconds)));
    Random random(seed);
    Decay body(seconds);
    Decay fall(fall_seconds);
    Decay stick(0.012F);
    Filter stick_tone = Filter::band_pass(2'800.0F, 0.8F);
    float phase = 0.0F;
    for (float& sample : out) {
        phase += (hz + (high_hz - hz) * fall.next()) / kRate;
        phase -= std::floor(phase);
        sample = body.next() * std::sin(kTurn * phase) +
                 click * stick_tone(random.next() * stick.next());
    }
    // The stick needs a moment to press the skin in.
    const std::size_t attack = frames_of(0.0006);
    for (std::size_t n = 0; n < attack && n < out.size(); ++n) {
        out[n] *= static_cast<float>(n) / static_cast<float>(attack);
    }
    taper(out, 0.02);
    return out;
}

Mono snare() {
    Mono out = skin(184.0F, 260.0F, 0.05F, 0.16F, 0.9F, 21);
    out.resize(frames_of(0.3));
    Random random(22);
    Decay wires(0.24F);
    Filter low = Filter::high_pass(1'300.0F);
    Filter body = Filter::band_pass(4'200.0F, 0.5F);
    Partial second(331.0F, 0.12F, 0.4F);
    for (float& sample : out) {
        const float noise = random.next() * wires.next();
        sample = 0.6F * sample + 0.35F * second.next() + 0.5F * low(noise) + 0.5F * body(noise);
    }
    taper(out, 0.03);
    return out;
}

/// A plate of brass: inharmonic partials under hissing noise.
Mono cymbal(float seconds, float hiss, float low_hz, float ring, std::uint32_t seed) {
    Random random(seed);
    std::vector<Partial> partials;
    for (int n = 0; n < 14; ++n) {
        const float hz = low_hz * (1.0F + 0.37F * static_cast<float>(n) + 0.15F * random.next());
        partials.emplace_back(hz, seconds * random.between(0.5F, 1.0F),
                              ring * random.between(0.4F, 1.0F) / 7.0F);
    }
    Mono out(frames_of(static_cast<double>(seconds)));
    Decay slow(seconds);
    Decay quick(seconds * 0.25F);
    Filter high = Filter::high_pass(5'200.0F);
    Filter edge = Filter::high_pass(3'000.0F);
    for (float& sample : out) {
        const float noise = random.next() * (0.45F * slow.next() + 0.55F * quick.next());
        float metal = 0.0F;
        for (Partial& partial : partials) {
            metal += partial.next();
        }
        sample = hiss * high(noise) + edge(metal);
    }
    taper(out, static_cast<double>(seconds) * 0.2);
    return out;
}

}  // namespace

DrumKit::DrumKit()
    : strikes_{{
          {.sound = skin(48.0F, 155.0F, 0.09F, 0.42F, 0.5F, 11),
           .gain = 1.0F,
           .pan = 0.0F,
           .room = 0.08F},
          {.sound = snare(), .gain = 0.72F, .pan = -0.08F, .room = 0.22F},
          {.sound = skin(165.0F, 230.0F, 0.12F, 0.45F, 0.35F, 31),
           .gain = 0.7F,
           .pan = -0.4F,
           .room = 0.2F},
          {.sound = skin(118.0F, 170.0F, 0.14F, 0.55F, 0.35F, 32),
           .gain = 0.75F,
           .pan = 0.15F,
           .room = 0.2F},
          {.sound = skin(78.0F, 115.0F, 0.16F, 0.75F, 0.3F, 33),
           .gain = 0.9F,
           .pan = 0.6F,
           .room = 0.2F},
          {.sound = cymbal(0.09F, 0.8F, 3'100.0F, 0.3F, 41),
           .gain = 0.55F,
           .pan = -0.55F,
           .room = 0.06F},
          {.sound = cymbal(0.5F, 0.8F, 3'100.0F, 0.35F, 42),
           .gain = 0.55F,
           .pan = -0.55F,
           .room = 0.1F},
          {.sound = cymbal(1.1F, 0.3F, 2'300.0F, 0.9F, 43),
           .gain = 0.42F,
           .pan = 0.5F,
           .room = 0.1F},
          {.sound = cymbal(2.2F, 1.0F, 1'700.0F, 0.7F, 44),
           .gain = 0.6F,
           .pan = -0.3F,
           .room = 0.2F},
      }} {}

void DrumKit::hit(Canvas& canvas, Drum drum, double at, float strength) const {
    const Strike& strike = strikes_[static_cast<std::size_t>(drum)];
    canvas.add(strike.sound, at, strike.gain * strength, strike.pan, strike.room);
}

}  // namespace earshot::source::demo
