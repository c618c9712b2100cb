#include "common/dsp/implant/implant_settings.hpp"

#include "common/dsp/implant/implant_recipe.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace earshot::dsp {
namespace {

std::vector<ImplantSettings> ready_settings() {
    return {noise_vocoder(4),  noise_vocoder(22), sine_vocoder(8), sine_vocoder(24),
            spiral(-8.0),      spiral(-24.0),     n_of_m(),        implant_day1(),
            implant_adapted(), ImplantSettings{}, noise_vocoder(1)};
}

TEST(ImplantSettings, FindsNoFaultInReadySettings) {
    for (const ImplantSettings& settings : ready_settings()) {
        const auto fault = find_fault(settings);
        EXPECT_FALSE(fault) << (fault ? fault->text : "");
    }
}

struct Fault {
    std::function<void(ImplantSettings&)> plant;
    std::string says;
    Errc code = Errc::out_of_range;
};

TEST(ImplantSettings, NamesTheFieldAndItsRange) {
    const std::vector<Fault> faults = {
        {[](auto& s) { s.channels = 0; }, "channels: 0 is not within 1 to 24"},
        {[](auto& s) { s.channels = 25; }, "channels: 25 is not within 1 to 24"},
        {[](auto& s) { s.low_hz = 20.0; }, "low_hz: 20 is not within 100 to 1000"},
        {[](auto& s) { s.high_hz = 16'000.0; }, "high_hz: 16000 is not within 2000 to 10000"},
        {[](auto& s) { s.width = std::numeric_limits<double>::quiet_NaN(); }, "width: nan is not"},
        {[](auto& s) { s.emphasis_hz = 100.0; }, "emphasis_hz: 100 is not 0 or within 200 to"},
        {[](auto& s) { s.envelope_hz = 500.0; }, "envelope_hz: 500 is not within 20 to 400"},
        {[](auto& s) { s.noise = -0.1; }, "noise: -0.1 is not within 0 to 1"},
        {[](auto& s) { s.shift_mm = 7.0; }, "shift_mm: 7 is not within 0 to 6"},
        {[](auto& s) { s.spread_db_per_octave = -2.0; }, "spread_db_per_octave: -2 is not 0 or"},
        {[](auto& s) { s.selected = 0; }, "selected: 0 is not within 1 to 24"},
        {[](auto& s) { s.loudness_steps = 4; }, "loudness_steps: 4 is not 0 or within 8 to 256"},
        {[](auto& s) { s.frames_per_second = 100; }, "frames_per_second: 100 is not within 250"},
        {[](auto& s) { s.comfort_db_spl = 120.0; }, "comfort_db_spl: 120 is not within 40 to 100"},
        {[](auto& s) { s.pulse_rate_hz = 50.0; }, "pulse_rate_hz: 50 is not within 100 to 1000"},
        {[](auto& s) { s.pulse_depth = 1.5; }, "pulse_depth: 1.5 is not within 0 to 1"},
        {[](auto& s) { s.ring_q = 0.0; }, "ring_q: 0 is not within 1 to 8"},
        {[](auto& s) { s.ring = 2.0; }, "ring: 2 is not within 0 to 1"},
        {[](auto& s) { s.output_low_hz = 1'000.0; }, "output_low_hz: 1000 is not within 20 to"},
        {[](auto& s) { s.output_high_hz = 16'000.0; }, "output_high_hz: 16000 is not within 2000"},
        {[](auto& s) { s.level_db = 12.0; }, "level_db: 12 is not within -40 to 6"},
        {[](auto& s) { s.selected = 23; }, "selected: 23 of 22 channels", Errc::bad_value},
        {[](auto& s) { s.shift_mm = 6.0; }, "shift_mm: 6 moves the last carrier to",
         Errc::bad_value},
        {[](auto& s) { s.output_low_hz = 300.0; }, "output_low_hz: 300 is over the first carrier",
         Errc::bad_value},
        {[](auto& s) {
             s.channels = 24;
             s.high_hz = 2'000.0;
         },
         "channels: 24 between 188 and 2000 Hz make the first", Errc::bad_value},
    };
    for (const Fault& planted : faults) {
        ImplantSettings settings = n_of_m();
        planted.plant(settings);
        const auto recipe = ImplantRecipe::make(settings);
        ASSERT_FALSE(recipe) << planted.says;
        EXPECT_EQ(recipe.failure().code, planted.code);
        EXPECT_EQ(recipe.failure().text.rfind(planted.says, 0), 0U) << recipe.failure().text;
    }
}

TEST(ImplantSettings, RefusesWhatAStrategyDoesNotHave) {
    ImplantSettings vocoder = noise_vocoder(8);
    vocoder.spread_db_per_octave = -8.0;
    EXPECT_TRUE(find_fault(vocoder));
    for (const auto& plant : std::vector<std::function<void(ImplantSettings&)>>{
             [](auto& s) { s.noise = 0.5; }, [](auto& s) { s.ring = 0.5; },
             [](auto& s) { s.pulse_depth = 0.5; }, [](auto& s) { s.spread_db_per_octave = 0.0; }}) {
        ImplantSettings settings = spiral(-8.0);
        plant(settings);
        const auto fault = find_fault(settings);
        ASSERT_TRUE(fault);
        EXPECT_EQ(fault->code, Errc::bad_value);
        EXPECT_NE(fault->text.find("spiral"), std::string::npos) << fault->text;
    }
}

TEST(ImplantRecipe, PlacesChannelsOnTheCochleaEvenly) {
    const auto recipe = ImplantRecipe::make(n_of_m());
    ASSERT_TRUE(recipe);
    const auto& channels = recipe->channels();
    ASSERT_EQ(channels.size(), 22U);
    EXPECT_NEAR(channels.front().low_hz, 188.0, 1e-6);
    EXPECT_NEAR(channels.back().high_hz, 7'938.0, 1e-6);
    // Greenwood's inverse by hand: the range is 23.07 mm, a channel 1.0488 mm.
    const auto place = [](double hz) { return std::log10(hz / 165.4 + 0.88) / 0.06; };
    for (const auto& channel : channels) {
        EXPECT_NEAR(place(channel.high_hz) - place(channel.low_hz), 1.0488, 1e-3);
    }
}

TEST(ImplantRecipe, D7KeepsEveryCarrierUnderSixteenKilohertz) {
    for (const ImplantSettings& settings : ready_settings()) {
        const auto recipe = ImplantRecipe::make(settings);
        ASSERT_TRUE(recipe);
        for (const auto& channel : recipe->channels()) {
            EXPECT_LT(channel.carrier_high_hz, 16'000.0);
        }
        for (const double hz : recipe->spiral_carriers()) {
            EXPECT_LE(hz, 14'000.0);
        }
    }
}

TEST(ImplantRecipe, PutsTheMedianChannelOnTheCommonLatency) {
    for (const ImplantSettings& settings : ready_settings()) {
        const auto recipe = ImplantRecipe::make(settings);
        ASSERT_TRUE(recipe);
        int early = 0;
        int late = 0;
        for (const auto& channel : recipe->channels()) {
            early += channel.delay_frames <= ImplantRecipe::kLatency + 0.5 ? 1 : 0;
            late += channel.delay_frames >= ImplantRecipe::kLatency - 0.5 ? 1 : 0;
        }
        // Half of them at least on either side, the delay being a whole number of frames.
        EXPECT_GE(2 * early, settings.channels - 1);
        EXPECT_GE(2 * late, settings.channels - 1);
    }
}

}  // namespace
}  // namespace earshot::dsp
