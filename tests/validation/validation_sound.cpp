#include "tests/validation/validation_sound.hpp"

#include "common/base/level.hpp"
#include "common/base/time.hpp"
#include "common/codec/opus_decoder.hpp"
#include "common/codec/opus_encoder.hpp"
#include "server/source/demo_programme.hpp"
#include "tests/unit/dsp_implant/implant_sound.hpp"
#include "tests/unit/dsp_overlay/render_at.hpp"

#include <ebur128.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <stdexcept>

namespace earshot::dsp::validation {
namespace {

/// White noise to pink within 0.5 dB from 40 Hz on: three first-order shelves.
/// Source: P. Kellet's economy filter, in public circulation since 1999.
std::vector<float> pink_of(const std::vector<float>& white) {
    std::array<double, 3> state{};
    constexpr std::array<double, 3> kPole{0.99765, 0.96300, 0.57000};
    constexpr std::array<double, 3> kGain{0.0990460, 0.2965164, 1.0526913};
    std::vector<float> pink;
    pink.reserve(white.size());
    for (const float sample : white) {
        const double x = static_cast<double>(sample);
        double y = 0.1848 * x;
        for (std::size_t k = 0; k < state.size(); ++k) {
            state[k] = kPole[k] * state[k] + kGain[k] * x;
            y += state[k];
        }
        pink.push_back(static_cast<float>(y));
    }
    return pink;
}

void scale_to(std::vector<float>& ear, double rms_dbfs) {
    const auto gain = static_cast<float>(db_to_gain(rms_dbfs - level_dbfs(ear)));
    std::transform(ear.begin(), ear.end(), ear.begin(), [gain](float x) { return gain * x; });
}

std::vector<float> shifted(std::vector<float> ear, int frames) {
    ear.resize(ear.size() + static_cast<std::size_t>(frames));
    return ear;
}

struct CloseMeter {
    void operator()(ebur128_state* state) const { ebur128_destroy(&state); }
};

}  // namespace

Stereo pink(double rms_dbfs, int frames, std::uint32_t seed) {
    Stereo sound = sound::noise(1.0, frames, seed);
    sound.left = pink_of(sound.left);
    sound.right = pink_of(sound.right);
    scale_to(sound.left, rms_dbfs);
    scale_to(sound.right, rms_dbfs);
    return sound;
}

Stereo voice(double rms_dbfs, int frames, std::uint32_t seed) {
    Stereo sound;
    sound.left = implant_test::voice(frames, db_to_gain(rms_dbfs), seed);
    sound.right = sound.left;
    return sound;
}

Stereo demo(double from_s, double seconds) {
    static source::DemoProgramme programme;
    const int frames = static_cast<int>(seconds * kSecond);
    audio::Block block(2, frames);
    programme.read(ProgrammeTime{Frames{static_cast<std::int64_t>(from_s * kSecond)}},
                   block.view());
    Stereo sound;
    sound.left.assign(block.channel(0).begin(), block.channel(0).end());
    sound.right.assign(block.channel(1).begin(), block.channel(1).end());
    return sound;
}

Stereo square(double frequency_hz, double amplitude, int frames) {
    return sound::both(frames, [=](int i) {
        return std::fmod(i * frequency_hz / kSampleRateHz, 1.0) < 0.5 ? amplitude : -amplitude;
    });
}

Stereo joined(const std::vector<Stereo>& parts) {
    Stereo whole;
    for (const Stereo& one : parts) {
        whole.left.insert(whole.left.end(), one.left.begin(), one.left.end());
        whole.right.insert(whole.right.end(), one.right.begin(), one.right.end());
    }
    return whole;
}

Stereo part(const Stereo& sound, int from, int frames) {
    Stereo result;
    result.left.assign(sound.left.begin() + from, sound.left.begin() + from + frames);
    result.right.assign(sound.right.begin() + from, sound.right.begin() + from + frames);
    return result;
}

Stereo through_opus(const Stereo& in, int bitrate_bps) {
    codec::OpusEncoder encoder({.bitrate_bps = bitrate_bps});
    codec::OpusDecoder decoder;
    const int lag = encoder.lookahead_frames();
    Stereo padded;
    padded.left = shifted(in.left, codec::kOpusFrames);
    padded.right = shifted(in.right, codec::kOpusFrames);
    struct Codec {
        codec::OpusEncoder& encoder;
        codec::OpusDecoder& decoder;
        std::vector<std::byte> payload = std::vector<std::byte>(codec::kMaxOpusBytes);
        void process(audio::BlockView block) {
            const auto size = encoder.encode(block, payload);
            if (!size || !decoder.decode(std::span<const std::byte>(payload).first(*size), block)) {
                throw std::runtime_error("the codec refuses its own packet");
            }
        }
    } codec{encoder, decoder};
    const int whole = padded.frames() / codec::kOpusFrames * codec::kOpusFrames;
    Stereo out = part(padded, 0, whole);
    sound::run(codec, out);
    return part(out, lag, whole - codec::kOpusFrames);
}

Loudness loudness(const Stereo& sound) {
    const std::unique_ptr<ebur128_state, CloseMeter> meter(
        ebur128_init(2, kSampleRateHz, EBUR128_MODE_I | EBUR128_MODE_S));
    Loudness result{-70.0, -70.0};
    constexpr int kStep = 4'800;
    std::vector<float> interleaved(std::size_t{2} * kStep);
    for (int from = 0; from + kStep <= sound.frames(); from += kStep) {
        for (std::size_t i = 0; i < kStep; ++i) {
            interleaved[2 * i] = sound.left[static_cast<std::size_t>(from) + i];
            interleaved[2 * i + 1] = sound.right[static_cast<std::size_t>(from) + i];
        }
        ebur128_add_frames_float(meter.get(), interleaved.data(), kStep);
        double now = -70.0;
        if (from + kStep >= 3 * kSecond) {
            ebur128_loudness_shortterm(meter.get(), &now);
        }
        result.highest_short_term_lufs = std::max(result.highest_short_term_lufs, now);
    }
    double integrated = -70.0;
    ebur128_loudness_global(meter.get(), &integrated);
    result.integrated_lufs = std::max(-70.0, integrated);
    return result;
}

double level_dbfs(const std::vector<float>& ear, int from) {
    return overlay_test::rms_dbfs(ear, from, static_cast<int>(ear.size()));
}

std::vector<double> third_octaves_dbfs(const std::vector<float>& ear) {
    const std::size_t size = ear.size() / 4'800 * 4'800;
    const std::vector<float> last(ear.end() - static_cast<std::ptrdiff_t>(size), ear.end());
    const std::vector<double> spectrum = overlay_test::power_spectrum(last);
    std::vector<double> levels;
    for (const double centre : third_octave_centres_hz()) {
        const double edge = std::exp2(1.0 / 6.0);
        const double power = overlay_test::band_power(spectrum, size, centre / edge, centre * edge);
        levels.push_back(10.0 * std::log10(std::max(power, 1e-20)));
    }
    return levels;
}

const std::vector<double>& third_octave_centres_hz() {
    static const std::vector<double> kCentres = [] {
        std::vector<double> centres;
        for (int k = -16; k <= 12; ++k) {
            centres.push_back(1'000.0 * std::exp2(k / 3.0));
        }
        return centres;
    }();
    return kCentres;
}

bool sane(const Stereo& sound) {
    return overlay_test::sane(sound.left) && overlay_test::sane(sound.right);
}

}  // namespace earshot::dsp::validation
