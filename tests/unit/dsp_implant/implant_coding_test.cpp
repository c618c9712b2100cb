// What single tones and steps tell of an implant's coding: acceptance tests D4 to D7.
#include "common/base/level.hpp"
#include "common/dsp/implant/greenwood.hpp"
#include "common/dsp/implant/implant_engine.hpp"
#include "tests/unit/dsp_implant/implant_sound.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <iterator>
#include <set>
#include <vector>

namespace earshot::dsp {
namespace {

using namespace implant_test;

TEST(ImplantCoding, D4StimulatesNeverMoreThanTheSelectedChannels) {
    for (const int selected : {1, 6, 8}) {
        ImplantSettings settings = n_of_m();
        settings.selected = selected;
        ImplantEngine engine;
        engine.take(recipe_of(settings));
        const Sound in = noise(0.3, 4'800, 1);  // every channel is loud
        audio::Block block(2, 16);
        int most = 0;
        for (int done = 0; done < 4'800; done += 16) {
            std::copy_n(in.begin() + done, 16, block.channel(0).begin());
            std::copy_n(in.begin() + done, 16, block.channel(1).begin());
            engine.process(block.view(), done);
            most = std::max(most, std::popcount(engine.stimulated(0)));
        }
        EXPECT_EQ(most, selected);
    }
}

TEST(ImplantCoding, D4LeavesUnselectedChannelsSilent) {
    ImplantSettings settings = n_of_m();
    settings.selected = 1;
    settings.loudness_steps = 0;
    const ImplantRecipe recipe = recipe_of(settings);
    const auto& channels = recipe.channels();
    const Sound out = through(settings, tone(channels[10].carrier_hz, 0.02, 16'000));
    EXPECT_GT(sine_db(out, channels[10].carrier_hz, 6'400), -40.0);
    for (std::size_t k = 0; k < channels.size(); ++k) {
        if (k != 10) {
            // The tone's own envelope is not quite flat; its sidebands stay 60 dB under it.
            EXPECT_LT(sine_db(out, channels[k].carrier_hz, 6'400), -95.0) << k;
        }
    }
}

/// What a carrier gets in a stimulation frame for a level of its channel.
double coded(FrameCoder& coder, const FrameCoderPlan& plan, double level) {
    coder.reset();
    EnvelopeBank::Envelopes levels{};
    float amplitude = 0.0F;
    for (int position = 0; position < 160; position += 32) {
        levels = {};
        levels[3].fill(Lanes{static_cast<float>(level), 0.0F, 0.0F, 0.0F});
        coder.process(plan, levels, kImplantStep, position);
        amplitude = levels[3][kImplantStep - 1][0];
    }
    return static_cast<double>(amplitude);
}

TEST(ImplantCoding, QuantisesLoudnessToItsSteps) {
    ImplantSettings settings = n_of_m();
    settings.loudness_steps = 16;
    settings.emphasis_hz = 0.0;
    const ImplantRecipe recipe = recipe_of(settings);
    const FrameCoderPlan& plan = recipe.plan().coder;
    FrameCoder coder;
    const double comfort = db_to_gain(65.0 - 100.0);
    EXPECT_EQ(coded(coder, plan, 0.0099 * comfort), 0.0) << "under threshold";
    EXPECT_EQ(coded(coder, plan, comfort), coded(coder, plan, 3.0 * comfort)) << "over comfort";
    std::set<double> steps;
    for (double level_db = -39.99; level_db <= 3.0; level_db += 0.05) {
        steps.insert(coded(coder, plan, comfort * db_to_gain(level_db)));
    }
    EXPECT_EQ(steps.size(), 16U);
    // Steps of the growth function: from threshold to comfort, 40 dB.
    EXPECT_NEAR(gain_to_db(*steps.rbegin() / *steps.begin()), 40.0, 0.01);
    const double second = 1.0 + 99.0 * (std::pow(417.2, 1.0 / 15.0) - 1.0) / 416.2;
    EXPECT_NEAR(*std::next(steps.begin()) / *steps.begin(), second, 1e-4);
}

TEST(ImplantCoding, LeavesLevelsAsTheyAreWithoutSteps) {
    ImplantSettings settings = n_of_m();
    settings.loudness_steps = 0;
    settings.emphasis_hz = 0.0;
    const ImplantRecipe recipe = recipe_of(settings);
    FrameCoder coder;
    const double restore = static_cast<double>(recipe.plan().restore.get(12));
    for (const double level_db : {-70.0, -55.0, -40.0}) {
        const double level = db_to_gain(level_db);
        EXPECT_NEAR(coded(coder, recipe.plan().coder, level) / (level * restore), 1.0, 1e-4);
    }
}

TEST(ImplantCoding, D5FeedsCarriersAsTheSlopeSays) {
    for (const double slope : {-8.0, -24.0}) {
        ImplantSettings settings = spiral(slope);
        settings.emphasis_hz = 0.0;
        const ImplantRecipe recipe = recipe_of(settings);
        const auto& carriers = recipe.spiral_carriers();
        // Without emphasis, carriers of the same electrode's place differ by the slope alone.
        for (std::size_t j = 0; j < recipe.channels().size(); ++j) {
            const auto& channel = recipe.channels()[j];
            const auto power = [&](std::size_t i) {
                return static_cast<double>(recipe.plan().spiral.power[j].get(i));
            };
            for (std::size_t i = 1; i < carriers.size(); ++i) {
                const double octaves = std::abs(std::log2(carriers[i] / channel.carrier_hz)) -
                                       std::abs(std::log2(carriers[i - 1] / channel.carrier_hz));
                EXPECT_NEAR(10.0 * std::log10(power(i) / power(i - 1)), slope * octaves, 0.5);
            }
        }
    }
}

TEST(ImplantCoding, D6MovesCarriersAlongTheCochlea) {
    for (const double shift_mm : {0.0, 4.0}) {
        ImplantSettings settings = sine_vocoder(16);
        settings.low_hz = 200.0;
        settings.high_hz = 7'000.0;
        settings.shift_mm = shift_mm;
        const ImplantRecipe recipe = recipe_of(settings);
        for (const std::size_t k : {3U, 14U}) {
            const auto& channel = recipe.channels()[k];
            const double in_hz =
                greenwood_hz(0.5 * (greenwood_mm(channel.low_hz) + greenwood_mm(channel.high_hz)));
            const double due_hz =
                165.4 * (std::pow(10.0, 0.06 * shift_mm) * (in_hz / 165.4 + 0.88) - 0.88);
            const Sound out = through(settings, tone(in_hz, 0.1, 14'400));
            // The loudest of a comb of 0.25 % around where the carrier is due.
            double loudest_hz = 0.0;
            double loudest_db = -300.0;
            for (int step = -8; step <= 8; ++step) {
                const double hz = due_hz * (1.0 + 0.0025 * step);
                const double level = sine_db(out, hz, 4'800);
                if (level > loudest_db) {
                    loudest_db = level;
                    loudest_hz = hz;
                }
            }
            EXPECT_NEAR(loudest_hz / due_hz, 1.0, 0.01) << shift_mm << " mm, channel " << k;
            EXPECT_NEAR(loudest_db, -20.0, 1.5) << shift_mm << " mm, channel " << k;
        }
    }
}

TEST(ImplantCoding, D7MakesNothingAboveSixteenKilohertz) {
    ImplantSettings settings = implant_day1();
    settings.pulse_depth = 1.0;
    settings.pulse_rate_hz = 1'000.0;
    settings.ring = 1.0;
    // Every channel at its loudest: white noise of -10 dBFS rms.
    const Sound out = through(settings, noise(0.55, 9'600, 2));
    EXPECT_LT(level_above_dbfs(out, 16'000.0, 4'800), -80.0);
    EXPECT_GT(level_dbfs(out, 4'800), -40.0);
}

TEST(ImplantCoding, BringsAStepUpWithoutOvershoot) {
    for (const ImplantSettings& settings : {sine_vocoder(8)}) {
        const ImplantRecipe recipe = recipe_of(settings);
        const auto& channel = recipe.channels()[static_cast<std::size_t>(settings.channels / 2)];
        Sound in = tone(std::sqrt(channel.low_hz * channel.high_hz), 0.1, 19'200);
        std::fill_n(in.begin(), 4'800, 0.0F);
        const Sound out = through(settings, in);
        double most = 0.0;
        double steady = 0.0;
        for (std::size_t i = 0; i < out.size(); ++i) {
            const double magnitude = std::abs(static_cast<double>(out[i]));
            most = std::max(most, magnitude);
            steady = i >= 12'000 ? std::max(steady, magnitude) : steady;
        }
        // The low-pass's own overshoot is 0.4 dB; the level factor may add as much again.
        EXPECT_LT(gain_to_db(most / steady), 2.0);
    }
}

TEST(ImplantCoding, PulsesCarriersAtTheirRate) {
    ImplantSettings settings = sine_vocoder(8);
    settings.pulse_depth = 1.0;
    const ImplantRecipe recipe = recipe_of(settings);
    const auto& channel = recipe.channels()[5];
    const Sound in = tone(std::sqrt(channel.low_hz * channel.high_hz), 0.1, 19'200);
    const Sound pulsed = through(settings, in);
    const double carrier = sine_db(pulsed, channel.carrier_hz, 9'600);
    // A Gaussian 0.4 periods long: its first harmonic is exp(-pi 0.4^2) = -4.4 dB.
    EXPECT_NEAR(sine_db(pulsed, channel.carrier_hz + 250.0, 9'600) - carrier, -4.4, 0.3);
    EXPECT_NEAR(sine_db(pulsed, channel.carrier_hz - 250.0, 9'600) - carrier, -4.4, 0.3);
    settings.pulse_depth = 0.0;
    EXPECT_NEAR(level_dbfs(pulsed, 9'600), level_dbfs(through(settings, in), 9'600), 0.2);
}

TEST(ImplantCoding, LetsCarriersRingOn) {
    ImplantSettings settings = sine_vocoder(16);
    settings.envelope_hz = 400.0;
    const ImplantRecipe recipe = recipe_of(settings);
    const auto& channel = recipe.channels()[8];
    Sound in = tone(std::sqrt(channel.low_hz * channel.high_hz), 0.1, 19'200);
    std::fill(in.begin() + 9'600, in.end(), 0.0F);
    const auto level_after_end = [&](const ImplantSettings& with) {
        const Sound out = through(with, in);
        const auto from = static_cast<std::ptrdiff_t>(9'600 + channel.delay_frames + 240.0);
        return level_dbfs(Sound(out.begin() + from, out.begin() + from + 240));
    };
    const double plain = level_after_end(settings);
    settings.ring = 0.5;
    settings.ring_q = 6.0;
    EXPECT_GT(level_after_end(settings), plain + 6.0);
}

}  // namespace
}  // namespace earshot::dsp
