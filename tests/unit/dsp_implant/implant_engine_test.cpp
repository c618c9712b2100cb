#include "common/dsp/implant/implant_engine.hpp"

#include "common/audio/block.hpp"
#include "tests/support/rt_guard.hpp"
#include "tests/unit/dsp_implant/implant_sound.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace earshot::dsp {
namespace {

using namespace implant_test;

/// A strategy each, and everything at once; implant_long_test.cpp has more.
std::vector<std::pair<std::string, ImplantSettings>> kinds() {
    ImplantSettings all = implant_day1();
    all.ears_apart = true;
    return {{"noise", noise_vocoder(4)}, {"spiral", spiral(-8.0)}, {"day 1, ears apart", all}};
}

bool identical(const Sound& a, const Sound& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

TEST(ImplantEngine, J1GivesTheSameSamplesInAnyBlocks) {
    const Pair in{voice(3'000, 0.05, 3), noise(0.1, 3'000, 4)};
    for (const auto& [name, settings] : kinds()) {
        const auto engine = engine_on(settings);
        constexpr std::int64_t kPosition = 100'003;  // on no grid
        const Pair whole = render(*engine, in, kPosition, {4'096});
        for (const auto& blocks : std::vector<std::vector<int>>{{1}, {7, 64, 1, 33}, {960}}) {
            engine->reset();
            const Pair cut = render(*engine, in, kPosition, blocks);
            EXPECT_TRUE(identical(cut.left, whole.left)) << name << ", " << blocks.front();
            EXPECT_TRUE(identical(cut.right, whole.right)) << name << ", " << blocks.front();
        }
    }
}

TEST(ImplantEngine, J2IsRealTimeSafe) {
    const ImplantRecipe first = recipe_of(implant_day1());
    const ImplantRecipe second = recipe_of(spiral(-8.0));
    const auto engine = std::make_unique<ImplantEngine>();
    audio::Block block(2, 1'000);
    std::fill(block.channel(0).begin(), block.channel(0).end(), 0.5F);
    test::rt_guard::expect_realtime_safe([&] {
        engine->process(block.view(), 0);
        engine->take(first);
        engine->process(block.view(), 1);
        engine->take(second);
        engine->process(block.view(), std::int64_t{1} << 40U);
        engine->reset();
    });
}

TEST(ImplantEngine, MakesSilenceWithoutARecipe) {
    const auto engine = std::make_unique<ImplantEngine>();
    const Pair out = render(*engine, {noise(0.5, 100, 1), noise(0.5, 100, 2)});
    EXPECT_EQ(largest(out.left), 0.0);
    EXPECT_EQ(largest(out.right), 0.0);
}

TEST(ImplantEngine, SeekingGivesWhatPlayingGives) {
    for (const auto& [name, settings] : kinds()) {
        const double error = seek_error_dbfs(settings, 14'411, 4'800);
        std::cout << "  " << name << ": " << error << " dBFS\n";
        EXPECT_LE(error, -80.0) << name;
    }
}

TEST(ImplantEngine, RunsAnywhereInAProgramme) {
    const Sound sound = voice(9'600, 0.05, 6);
    const ImplantSettings settings = sine_vocoder(8);
    for (const std::int64_t position : {std::int64_t{1} << 40U, std::int64_t{-7}}) {
        const auto engine = engine_on(settings);
        const Pair out = render(*engine, {sound, sound}, position);
        const double level =
            level_dbfs(out.left, 2'000) - level_dbfs(through(settings, sound), 2'000);
        // Carriers of other phases, the same levels; half a dB is what neighbours' beats make of
        // it.
        EXPECT_NEAR(level, 0.0, 0.5) << position;
    }
}

TEST(ImplantEngine, H1KeepsTheEarsApart) {
    for (auto [name, settings] : kinds()) {
        settings.width = 1.0;
        const auto engine = engine_on(settings);
        const Pair out = render(*engine, {voice(4'000, 0.1, 7), Sound(4'000)});
        EXPECT_GT(largest(out.left), 0.001) << name;
        EXPECT_EQ(largest(out.right), 0.0) << name;
    }
}

TEST(ImplantEngine, H2SwapsTheOutputWithTheEars) {
    const Pair in{voice(2'400, 0.1, 8), voice(2'400, 0.05, 9)};
    for (const ImplantSettings& settings : {implant_day1(), implant_adapted()}) {
        const auto engine = engine_on(settings);
        const Pair out = render(*engine, in);
        engine->reset();
        const Pair swapped = render(*engine, {in.right, in.left});
        EXPECT_TRUE(identical(out.left, swapped.right));
        EXPECT_TRUE(identical(out.right, swapped.left));
    }
}

TEST(ImplantEngine, GivesTheEarsTheirOwnCarriersOnlyWhenAsked) {
    const Sound sound = voice(9'600, 0.1, 10);
    ImplantSettings settings = noise_vocoder(8);
    auto engine = engine_on(settings);
    Pair out = render(*engine, {sound, sound});
    EXPECT_TRUE(identical(out.left, out.right));
    settings.ears_apart = true;
    engine = engine_on(settings);
    out = render(*engine, {sound, sound});
    double product = 0.0;
    for (std::size_t i = 0; i < sound.size(); ++i) {
        product += static_cast<double>(out.left[i]) * static_cast<double>(out.right[i]);
    }
    const double power =
        std::pow(10.0, 0.1 * level_dbfs(out.left)) * static_cast<double>(sound.size());
    // Independent noise over some 100 ms of 50 Hz bands: about 1 / sqrt(5) in the lowest, less
    // above.
    EXPECT_LT(std::abs(product / power), 0.3);
}

TEST(ImplantEngine, DiesAwayToNothingAfterASquareOfFourTimesFullScale) {
    Sound in(24'000);
    for (std::size_t i = 0; i < 1'200; ++i) {
        in[i] = i / 24 % 2 == 0 ? 4.0F : -4.0F;
    }
    ImplantSettings settings = noise_vocoder(4);
    settings.emphasis_hz = 1'200.0;
    settings.compress = true;
    const Sound out = through(settings, in);
    EXPECT_TRUE(std::all_of(out.begin(), out.end(), [](float x) { return std::isfinite(x); }));
    EXPECT_EQ(largest(out, 20'000), 0.0);
}

}  // namespace
}  // namespace earshot::dsp
