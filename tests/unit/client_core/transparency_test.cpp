// What drift correction does to sound: nothing that can be heard. Opus, which is lossy, is left
// out; corrector, resampler and output stage are the player's own.
#include "client/core/drift_corrector.hpp"
#include "client/core/output_stage.hpp"
#include "common/audio/block.hpp"
#include "common/audio/resampler.hpp"
#include "common/sync/device_clock.hpp"
#include "tests/unit/audio/sine_fit.hpp"

#include <gtest/gtest.h>
#include <kiss_fftr.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <numbers>
#include <span>
#include <vector>

namespace earshot::client {
namespace {

using namespace std::chrono_literals;

constexpr double kTurn = 2.0 * std::numbers::pi;
constexpr double kRate = 48'000.0;
constexpr double kPeak = 0.7;
constexpr int kBlock = 480;
/// Nearer to the tone is what the loop does about a crystal that wanders, not a spur.
constexpr double kSkirtHz = 5.0;
constexpr std::size_t kLooked = std::size_t{1} << 18U;  // 5.5 s, after 20 s of settling

struct Played {
    std::vector<float> out;
    double least_step = 1e9;  ///< From one output frame to the next, in frames of the programme.
    double largest_step = 0.0;
    int reanchors = 0;
    double correction_ppm = 0.0;
};

/// A listener whose device runs so much too fast, playing a tone that never ends.
/// @param jitter_us  Of the device's reports, peak to peak.
Played play(double tone_hz, double device_ppm, double jitter_us) {
    DriftCorrector corrector(0ns, OutputStage::kDelay);
    OutputStage stage(0.0, 0.0);
    const audio::PolyphaseResampler resampler(2);
    constexpr int kReach = audio::PolyphaseResampler::kTaps / 2;
    audio::Block in(2, kBlock + 2 * kReach + 4);
    audio::Block out(2, kBlock);
    sync::DeviceClock reports;
    sync::ClockModel clock;
    clock.valid = true;
    Played played;
    std::uint64_t random = 2'024;
    double last_position = 0.0;
    const auto blocks =
        static_cast<std::int64_t>((20.0 * kRate + static_cast<double>(kLooked)) / kBlock) + 2;
    for (std::int64_t block = 0; block < blocks; ++block) {
        random = random * 6364136223846793005ULL + 1442695040888963407ULL;
        const double jitter_s =
            jitter_us * 1e-6 * (static_cast<double>(random >> 40U) / 16'777'216.0 - 0.5);
        const double at_s =
            static_cast<double>(block * kBlock) / (kRate * (1.0 + device_ppm * 1e-6));
        // As a sink: what the device reports is smoothed.
        reports.update(
            block * kBlock,
            LocalInstant{std::chrono::nanoseconds{std::llround((at_s + jitter_s) * 1e9)}});
        const audio::DacTime dac{reports.instant_of(block * kBlock), reports.rate_hz()};
        // As a player: nothing is heard until its first packets are there.
        const DriftCorrector::Stretch stretch = corrector.plan(clock, dac, 0, kBlock, block > 100);
        played.reanchors += stretch.reanchor ? 1 : 0;
        const auto from = static_cast<std::int64_t>(std::floor(stretch.position)) - kReach;
        for (int n = 0; n < in.frames(); ++n) {
            const double angle =
                kTurn * std::fmod(tone_hz / kRate * static_cast<double>(from + n), 1.0);
            for (int c = 0; c < 2; ++c) {
                in.channel(c)[static_cast<std::size_t>(n)] =
                    static_cast<float>(kPeak * std::sin(angle));
            }
        }
        resampler.process_ramped(in.view(), stretch.position - static_cast<double>(from),
                                 stretch.step_first, stretch.step_last, out.view());
        stage.process(out.view());
        for (int n = 0; n < kBlock; ++n) {
            const double position = audio::PolyphaseResampler::ramped_position(
                stretch.position, stretch.step_first, stretch.step_last, kBlock, n);
            if (block > 102) {
                played.least_step = std::min(played.least_step, position - last_position);
                played.largest_step = std::max(played.largest_step, position - last_position);
            }
            last_position = position;
        }
        played.out.insert(played.out.end(), out.channel(0).begin(), out.channel(0).end());
    }
    played.correction_ppm = corrector.correction_ppm();
    return played;
}

/// Blackman-Harris with 7 terms: side lobes below -160 dB, a main lobe of 7 bins to each side.
double window(std::size_t n, std::size_t size) {
    constexpr std::array kTerms{0.27105140069342,  -0.43329793923448, 0.21812299954311,
                                -0.06592544638803, 0.01081174209837,  -0.00077658482522,
                                0.00001388721735};
    double sum = 0.0;
    for (std::size_t k = 0; k < kTerms.size(); ++k) {
        sum += kTerms[k] * std::cos(kTurn * static_cast<double>(k) * static_cast<double>(n) /
                                    static_cast<double>(size));
    }
    return sum;
}

struct Spectrum {
    double tone_dbfs = -300.0;
    double spur_dbfs = -300.0;
    double spur_hz = 0.0;
};

/// The tone, and the largest line more than `apart_hz` away from it; a sine of 1.0 is 0 dBFS.
Spectrum look(std::span<const float> sound, double apart_hz) {
    const std::size_t size = sound.size();
    std::vector<kiss_fft_scalar> in(size);
    for (std::size_t n = 0; n < size; ++n) {
        in[n] = static_cast<kiss_fft_scalar>(double{sound[n]} * window(n, size));
    }
    std::vector<kiss_fft_cpx> bins(size / 2 + 1);
    kiss_fftr_cfg plan = kiss_fftr_alloc(static_cast<int>(size), 0, nullptr, nullptr);
    kiss_fftr(plan, in.data(), bins.data());
    kiss_fftr_free(plan);
    const double full_scale = 0.27105140069342 * static_cast<double>(size) / 2.0;
    const auto dbfs = [&](std::size_t k) {
        return 20.0 * std::log10(std::max(
                          std::hypot(double{bins[k].r}, double{bins[k].i}) / full_scale, 1e-15));
    };
    std::size_t tone = 0;
    for (std::size_t k = 1; k < bins.size(); ++k) tone = dbfs(k) > dbfs(tone) ? k : tone;
    const double bin_hz = kRate / static_cast<double>(size);
    Spectrum spectrum{.tone_dbfs = dbfs(tone)};
    for (std::size_t k = 0; k < bins.size(); ++k) {
        const double away = std::abs(static_cast<double>(k) - static_cast<double>(tone)) * bin_hz;
        if (away > apart_hz && dbfs(k) > spectrum.spur_dbfs) {
            spectrum.spur_dbfs = dbfs(k);
            spectrum.spur_hz = static_cast<double>(k) * bin_hz;
        }
    }
    return spectrum;
}

/// Frames of the programme that went by from one block to the next, from the phase of the tone that
/// came out alone: a dropped or repeated sample would be one whole frame.
/// @return the largest difference from a block's length.
double largest_slip(std::span<const float> sound, double tone_hz) {
    const double radians = kTurn * tone_hz / kRate;
    double last = 0.0;
    double slip = 0.0;
    for (std::size_t at = 0; at + kBlock <= sound.size(); at += kBlock) {
        const double phase =
            earshot::test::fit_sine(sound.subspan(at, kBlock), radians).phase_radians;
        const double frames = std::remainder(phase - last - radians * kBlock, kTurn) / radians;
        if (at > 0) slip = std::max(slip, std::abs(frames));
        last = phase;
    }
    return slip;
}

void expect_transparent(double tone_hz) {
    for (const double jitter_us : {0.0, 20.0}) {
        const Played played = play(tone_hz, 100.0, jitter_us);
        const auto sound = std::span<const float>{played.out}.last(kLooked);
        const Spectrum spectrum = look(sound, kSkirtHz);
        const double slip = largest_slip(sound, tone_hz);
        std::cout << tone_hz << " Hz at +100 ppm, reports " << jitter_us << " us unsure: tone "
                  << spectrum.tone_dbfs << " dBFS, largest spur " << spectrum.spur_dbfs
                  << " dBFS at " << spectrum.spur_hz << " Hz, block to block " << slip
                  << " frames, correction " << played.correction_ppm << " ppm\n";
        // Between two bins the window shows up to 0.4 dB less.
        EXPECT_NEAR(spectrum.tone_dbfs, 20.0 * std::log10(kPeak), 0.5);
        EXPECT_LT(spectrum.spur_dbfs, -90.0);
        EXPECT_LT(slip, 0.1) << "a dropped or repeated sample would be 1";
        EXPECT_GE(played.least_step, 1.0 - 500e-6);
        EXPECT_LE(played.largest_step, 1.0 + 500e-6);
        EXPECT_EQ(played.reanchors, 0);
        EXPECT_NEAR(played.correction_ppm, -100.0, 5.0);
    }
}

TEST(Player, ResamplesTransparently1k) {
    expect_transparent(1'000.0);
}

TEST(Player, ResamplesTransparently10k) {
    expect_transparent(10'000.0);
}

}  // namespace
}  // namespace earshot::client
