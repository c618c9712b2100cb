#include "server/source/demo/arrangement.hpp"

#include "server/source/demo/drum_kit.hpp"
#include "server/source/demo/foley.hpp"
#include "server/source/demo/strings.hpp"
#include "server/source/demo/voice.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace earshot::source::demo {
namespace {

constexpr double kBeat = 0.5;
constexpr double kBar = 4 * kBeat;
constexpr std::array<int, 4> kRoots{40, 43, 45, 38};  // E G A D

/// What surrounds every hit of a human: a few milliseconds and a decibel.
class Hand {
public:
    explicit Hand(std::uint32_t seed) : random_(seed) {}
    double time(double at) {
        return at < 0.01 ? at : at + 0.004 * static_cast<double>(random_.next());
    }
    float force(float strength) { return strength * (1.0F + 0.09F * random_.next()); }

private:
    Random random_;
};

void rock_bar(Canvas& canvas, const DrumKit& kit, Hand& hand, double at, bool ride, bool fill) {
    const auto hit = [&](Drum drum, double beat, float strength) {
        kit.hit(canvas, drum, hand.time(at + beat * kBeat), hand.force(strength));
    };
    for (const double beat : {0.0, 1.5, 2.0}) {
        hit(Drum::kick, beat, 1.0F);
    }
    hit(Drum::snare, 1.0, 1.0F);
    if (!fill) {
        hit(Drum::snare, 3.0, 1.0F);
        hit(Drum::kick, 3.5, 0.8F);
        hit(Drum::snare, 2.75, 0.25F);
    }
    const int eighths = fill ? 4 : 8;
    for (int n = 0; n < eighths; ++n) {
        const float strength = n % 2 == 0 ? 1.0F : 0.65F;
        const bool open = !ride && n == 7;
        hit(ride ? Drum::ride : (open ? Drum::open_hat : Drum::closed_hat), 0.5 * n, strength);
    }
    if (fill) {
        constexpr std::array<Drum, 8> kRoll{Drum::snare,     Drum::snare,    Drum::high_tom,
                                            Drum::high_tom,  Drum::low_tom,  Drum::low_tom,
                                            Drum::floor_tom, Drum::floor_tom};
        for (std::size_t n = 0; n < kRoll.size(); ++n) {
            hit(kRoll[n], 2.0 + 0.25 * static_cast<double>(n),
                0.7F + 0.05F * static_cast<float>(n));
        }
    }
}

/// Palm-muted eighths with an accent that is let ring.
void riff_bar(Canvas& canvas, Strings& strings, double at, int root, float gain) {
    constexpr std::array<bool, 8> kRing{true, false, false, true, false, false, true, false};
    for (std::size_t n = 0; n < kRing.size(); ++n) {
        const double when = at + static_cast<double>(n) * kBeat / 2.0;
        if (kRing[n]) {
            strings.power_chord(canvas, root, when, n == 6 ? 0.5 : 0.72, gain);
        } else {
            strings.power_chord(canvas, root, when, 0.13, 0.7F * gain);
        }
        strings.bass_note(canvas, root - 12, when, 0.24, 1.6F * gain);
    }
}

void concert(Canvas& canvas, const DrumKit& kit, Strings& strings) {
    Hand hand(1);
    for (int stick = 0; stick < 4; ++stick) {
        kit.hit(canvas, Drum::closed_hat, stick * kBeat, 2.0F);  // One bar to count in.
    }
    for (int bar = 1; bar < 12; ++bar) {
        const double at = bar * kBar;
        const bool last = bar == 11;
        const bool fill = bar % 4 == 0 || bar == 10;
        if (bar % 4 == 1 || last) {
            kit.hit(canvas, Drum::crash, at, 1.0F);
        }
        if (!last) {
            rock_bar(canvas, kit, hand, at, bar >= 5 && bar <= 8, fill);
            riff_bar(canvas, strings, at, kRoots[static_cast<std::size_t>(bar - 1) % 4], 0.3F);
        } else {
            // The loss has come; the band does not know and plays its end.
            rock_bar(canvas, kit, hand, at, false, false);
            strings.power_chord(canvas, 40, at, 3.2, 0.4F);
            strings.bass_note(canvas, 28, at, 3.0, 0.6F);
        }
    }
    kit.hit(canvas, Drum::kick, 12 * kBar - 0.02, 0.9F);
}

void steps(Canvas& canvas,
           double at,
           int count,
           double pace,
           float from_pan,
           float to_pan,
           float from_gain,
           float to_gain) {
    for (int n = 0; n < count; ++n) {
        const float x = static_cast<float>(n) / static_cast<float>(count - 1);
        canvas.add(footstep(static_cast<std::uint32_t>(900 + n)), at + pace * n,
                   from_gain + (to_gain - from_gain) * x, from_pan + (to_pan - from_pan) * x,
                   0.25F);
    }
}

void say(Canvas& canvas, double at, int syllables, bool woman, bool question, float gain) {
    const auto seed = static_cast<std::uint32_t>(at * 10.0) + (woman ? 5'000U : 0U);
    const std::vector<Syllable> words =
        sentence(syllables, woman ? 205.0F : 118.0F, question, seed);
    const Throat throat{
        .size = woman ? 0.87F : 1.0F, .breath = woman ? 0.05F : 0.03F, .vibrato = 0.0F};
    canvas.add(utter(words, throat, seed), at, gain, woman ? -0.45F : 0.4F, 0.2F);
}

void room(Canvas& canvas) {
    canvas.add(room_tone(kFelt - kRoom + 1.0, 61), kRoom, 0.02F, -1.0F);
    canvas.add(room_tone(kFelt - kRoom + 1.0, 62), kRoom, 0.02F, 1.0F);
    steps(canvas, 25.6, 6, 0.54, -0.8F, 0.1F, 0.16F, 0.32F);
    say(canvas, 27.2, 7, true, true, 1.25F);
    say(canvas, 29.2, 6, false, false, 1.25F);
    canvas.add(door_creak(1.1, 71), 31.0, 0.3F, 0.75F, 0.3F);
    canvas.add(door_slam(72), 32.3, 0.55F, 0.75F, 0.3F);
    say(canvas, 33.2, 9, true, false, 1.25F);
    say(canvas, 35.4, 5, false, true, 1.25F);
    say(canvas, 37.0, 8, true, false, 1.25F);
    steps(canvas, 36.4, 6, 0.56, 0.5F, 0.9F, 0.32F, 0.12F);
}

/// Kick, toms and bass: a groove for the body more than for the ear.
void felt(Canvas& canvas, const DrumKit& kit, Strings& strings) {
    Hand hand(2);
    for (int bar = 0; bar < 6; ++bar) {
        const double at = kFelt + bar * kBar;
        const auto hit = [&](Drum drum, double beat, float strength) {
            kit.hit(canvas, drum, hand.time(at + beat * kBeat), hand.force(strength));
        };
        for (const double beat : {0.0, 0.75, 2.0, 2.75}) {
            hit(Drum::kick, beat, 1.0F);
        }
        for (const double beat : {1.0, 1.25, 1.5}) {
            hit(Drum::floor_tom, beat, 0.75F);
        }
        hit(Drum::low_tom, 3.0, 0.8F);
        hit(Drum::high_tom, 3.25, 0.7F);
        hit(Drum::floor_tom, 3.5, 0.9F);
        if (bar >= 2) {
            hit(Drum::snare, 1.0, 0.55F);
            hit(Drum::snare, 3.0, 0.55F);
            for (int n = 0; n < 4; ++n) {
                hit(Drum::closed_hat, n, 0.6F);
            }
        }
        const int root = kRoots[static_cast<std::size_t>(bar) % 4] - 12;
        strings.bass_note(canvas, root, at, 0.9, 0.55F);
        strings.bass_note(canvas, root, at + 2 * kBeat, 0.9, 0.5F);
    }
    kit.hit(canvas, Drum::kick, kSilence - 0.03, 0.9F);
}

void quiet_room(Canvas& canvas) {
    canvas.add(room_tone(kSeconds - kSilence, 63), kSilence, 0.014F, -1.0F);
    canvas.add(room_tone(kSeconds - kSilence, 64), kSilence, 0.014F, 1.0F);
    for (int n = 0; n < 2; ++n) {
        canvas.add(breath(2.4, static_cast<std::uint32_t>(80 + n)), kSilence + 1.6 + 2.2 * n, 0.05F,
                   0.0F);
    }
}

/// A melody, sung on open vowels over broken chords, then two people speak.
void implants(Canvas& canvas, const DrumKit& kit, Strings& strings) {
    constexpr std::array<std::array<int, 4>, 4> kChords{
        {{52, 59, 64, 67}, {55, 59, 62, 67}, {57, 60, 64, 69}, {50, 57, 62, 66}}};
    for (int bar = 1; bar < 8; ++bar) {
        const double at = kImplants + bar * kBar;
        const auto& chord = kChords[static_cast<std::size_t>(bar - 1) % 4];
        for (int n = 0; n < 8; ++n) {
            constexpr std::array<std::size_t, 8> kOrder{0, 2, 1, 3, 2, 1, 3, 2};
            const int note = chord[kOrder[static_cast<std::size_t>(n)]];
            strings.clean_note(canvas, note, at + n * kBeat / 2.0, 0.9, 0.5F,
                               n % 2 == 0 ? -0.4F : 0.4F);
        }
        strings.bass_note(canvas, chord[0] - 12, at, 1.6, 0.3F);
        if (bar >= 3) {
            kit.hit(canvas, Drum::kick, at, 0.35F);
            kit.hit(canvas, Drum::snare, at + 2 * kBeat, 0.22F);
            for (int n = 0; n < 4; ++n) {
                kit.hit(canvas, Drum::closed_hat, at + n * kBeat, 0.4F);
            }
        }
    }
    say(canvas, kImplants + 0.3, 5, true, true, 1.25F);
    struct Note {
        float hz;
        float seconds;
        Vowel vowel;
        Onset onset;
    };
    constexpr std::array<Note, 10> kMelody{{
        {329.6F, 0.75F, Vowel::a, Onset::open},
        {392.0F, 0.25F, Vowel::o, Onset::hum},
        {493.9F, 1.0F, Vowel::a, Onset::hum},
        {440.0F, 0.5F, Vowel::e, Onset::hum},
        {392.0F, 0.5F, Vowel::i, Onset::open},
        {370.0F, 0.5F, Vowel::u, Onset::hum},
        {329.6F, 0.5F, Vowel::o, Onset::hum},
        {392.0F, 0.75F, Vowel::a, Onset::hum},
        {370.0F, 0.25F, Vowel::e, Onset::open},
        {329.6F, 1.5F, Vowel::a, Onset::hum},
    }};
    std::vector<Syllable> sung;
    sung.reserve(kMelody.size());
    for (const Note& note : kMelody) {
        sung.push_back({.vowel = note.vowel,
                        .onset = note.onset,
                        .seconds = note.seconds,
                        .from_hz = note.hz * 0.985F,
                        .to_hz = note.hz,
                        .gain = 1.0F});
    }
    canvas.add(utter(sung, {.size = 0.87F, .breath = 0.04F, .vibrato = 0.012F}, 90),
               kImplants + 2 * kBar, 0.6F, 0.0F, 0.35F);
    say(canvas, kImplants + 11.0, 8, false, false, 1.25F);
    say(canvas, kImplants + 13.2, 6, true, false, 1.25F);
}

void stillness(Canvas& canvas, Strings& strings) {
    steps(canvas, kStillness + 1.2, 7, 0.62, 0.0F, 0.8F, 0.26F, 0.08F);
    canvas.add(door_slam(73), kStillness + 6.0, 0.2F, 0.8F, 0.5F);
    canvas.add(breath(3.0, 85), kStillness + 8.2, 0.05F, 0.0F);
    // What is there to hear again when hearing comes back.
    constexpr std::array<int, 5> kLast{52, 59, 64, 67, 71};
    for (std::size_t n = 0; n < kLast.size(); ++n) {
        const auto step = static_cast<double>(n);
        strings.clean_note(canvas, kLast[n], kStillness + 12.2 + 0.28 * step, 2.2, 0.8F,
                           -0.5F + 0.25F * static_cast<float>(n));
    }
}

}  // namespace

void paint(Canvas& canvas) {
    const DrumKit kit;
    Strings strings;
    concert(canvas, kit, strings);
    room(canvas);
    felt(canvas, kit, strings);
    quiet_room(canvas);
    implants(canvas, kit, strings);
    stillness(canvas, strings);
}

}  // namespace earshot::source::demo
