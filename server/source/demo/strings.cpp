#include "server/source/demo/strings.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace earshot::source::demo {
namespace {

float hz_of(float note) {
    return 440.0F * std::exp2((note - 69.0F) / 12.0F);
}

/// @param brightness  0 to 1: how little each round dulls the string.
/// @param ring        Seconds to 1/1000.
Mono pluck(float hz, double seconds, float brightness, float ring, std::uint32_t seed) {
    const float period = kRate / hz - 0.5F;  // The averaging delays by half a frame.
    const auto whole = static_cast<std::size_t>(period);
    const float fraction = period - static_cast<float>(whole);
    Mono line(whole + 2);
    Random random(seed);
    Filter pick = Filter::low_pass(1'200.0F + 6'000.0F * brightness);
    float mean = 0.0F;
    for (float& cell : line) {
        cell = pick(random.next());
        mean += cell / static_cast<float>(line.size());
    }
    for (float& cell : line) {
        cell -= mean;  // A string has no constant displacement.
    }
    const float loss = std::pow(0.001F, 1.0F / (ring * hz));
    const float dull = 0.5F * (1.0F - brightness) + 0.02F;
    Mono out(frames_of(seconds));
    std::size_t at = 0;
    float before = 0.0F;
    const std::size_t size = line.size();
    for (float& sample : out) {
        // line[at] is the oldest cell, written size frames ago; read whole and whole + 1 ago.
        const std::size_t later = at + 2 < size ? at + 2 : at + 2 - size;
        const std::size_t earlier = at + 1 < size ? at + 1 : 0;
        const float now = line[later] + fraction * (line[earlier] - line[later]);
        const float next = loss * ((1.0F - dull) * now + dull * before);
        before = now;
        line[at] = next;
        at = at + 1 < size ? at + 1 : 0;
        sample = next;
    }
    taper(out, std::min(0.03, seconds * 0.3));
    return out;
}

Mono distorted(int root, double seconds, std::uint32_t take) {
    const float detune = take == 0 ? -0.03F : 0.04F;
    Mono sum(frames_of(seconds));
    std::uint32_t seed = 100U + 10U * static_cast<std::uint32_t>(root) + take;
    for (const float interval : {0.0F, 7.0F, 12.0F}) {
        const Mono string = pluck(hz_of(static_cast<float>(root) + interval + detune), seconds,
                                  0.75F, seconds < 0.3 ? 0.5F : 4.0F, seed++);
        for (std::size_t n = 0; n < sum.size(); ++n) {
            sum[n] += string[n];
        }
    }
    Filter tight = Filter::high_pass(110.0F);
    Filter stage = Filter::low_pass(6'000.0F);
    Filter cabinet = Filter::low_pass(4'600.0F, 1.1F);
    Filter cone = Filter::low_pass(5'400.0F);
    Filter box = Filter::high_pass(75.0F);
    for (float& sample : sum) {
        const float first = std::tanh(5.0F * tight(sample));
        const float second = std::tanh(2.5F * stage(first) + 0.2F) - 0.19F;
        sample = box(cone(cabinet(second)));
    }
    taper(sum, 0.01);
    return sum;
}

}  // namespace

const Mono& Strings::played(Sound sound, int note, double seconds) {
    const auto key = std::tuple{sound, note, static_cast<int>(seconds * 1000.0)};
    const auto found = kept_.find(key);
    if (found != kept_.end()) {
        return found->second;
    }
    const float hz = hz_of(static_cast<float>(note));
    const auto seed = static_cast<std::uint32_t>(note);
    Mono made;
    switch (sound) {
        case Sound::left_take:
            made = distorted(note, seconds, 0);
            break;
        case Sound::right_take:
            made = distorted(note, seconds, 1);
            break;
        case Sound::clean:
            made = pluck(hz, seconds, 0.6F, 2.5F, 500U + seed);
            break;
        case Sound::bass:
            made = pluck(hz, seconds, 0.15F, 2.0F, 700U + seed);
            break;
    }
    return kept_.emplace(key, std::move(made)).first->second;
}

void Strings::power_chord(Canvas& canvas, int root, double at, double seconds, float gain) {
    canvas.add(played(Sound::left_take, root, seconds), at, gain, -0.85F, 0.08F);
    // Nobody plays the same twice: the second take is a little late.
    canvas.add(played(Sound::right_take, root, seconds), at + 0.008, gain, 0.85F, 0.08F);
}

void Strings::clean_note(
    Canvas& canvas, int note, double at, double seconds, float gain, float pan) {
    canvas.add(played(Sound::clean, note, seconds), at, gain, pan, 0.35F);
}

void Strings::bass_note(Canvas& canvas, int note, double at, double seconds, float gain) {
    canvas.add(played(Sound::bass, note, seconds), at, gain, 0.0F, 0.0F);
}

}  // namespace earshot::source::demo
