#include "server/tools/render_file.hpp"

#include "common/show/state_library.hpp"
#include "tests/support/audio_file.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/tools/collector.hpp"
#include "tests/unit/tools/memory_programme.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

namespace earshot::tools {
namespace {

using earshot::test::TempDir;
using test::Collector;
using test::MemoryProgramme;

constexpr Frames kLength{60'001};

RenderPlan plan_in(const std::string& state) {
    return plan_of(show_of_state(std::make_shared<const show::StateLibrary>(), state, 1.0, "demo"),
                   "", 100.0, std::make_unique<MemoryProgramme>(kLength));
}

TEST(RenderFile, WritesFloatsThatAreTheChainsOutput) {
    const TempDir folder;
    const RenderPlan plan = plan_in("snhl_moderate");
    Collector heard;
    ASSERT_EQ(render_offline(plan.job(dsp::PeakLimiting::on), heard), RenderEnd::complete);
    EXPECT_FALSE(render_file(plan, {.out = folder / "a.wav", .format = audio::WavFormat::float32}));
    const earshot::test::Audio file = earshot::test::read_audio(folder / "a.wav");
    EXPECT_EQ(file.sample_rate_hz, 48'000);
    ASSERT_EQ(file.channels.size(), 2U);
    EXPECT_EQ(file.channels[0], heard.out[0]);
    EXPECT_EQ(file.channels[1], heard.out[1]);
}

TEST(RenderFile, MeasuresBothSounds) {
    const TempDir folder;
    const auto facts =
        render_file(plan_in("implants_off"), {.out = folder / "a.wav", .measure = true});
    ASSERT_TRUE(facts.has_value());
    EXPECT_GT(facts->before.integrated_lufs, -50.0);
    EXPECT_EQ(facts->after.true_peak_dbtp, -200.0);
    // Dither is heard at its own level, no more.
    const earshot::test::Audio written = earshot::test::read_audio(folder / "a.wav");
    for (const float sample : written.channels[0]) {
        ASSERT_LE(std::abs(sample), 1.5F / 8'388'608.0F);
    }
}

TEST(RenderFile, LeavesNothingBehindWhenItIsStopped) {
    const TempDir folder;
    int asked = 0;
    EXPECT_THROW((void)render_file(plan_in("full"), {.out = folder / "a.wav",
                                                     .stop = [&] { return ++asked == 10; }}),
                 std::runtime_error);
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(RenderFile, LeavesNothingBehindWhenTheMediumFails) {
    const TempDir folder;
    auto broken = std::make_unique<MemoryProgramme>(kLength);
    broken->good_reads = 20;
    const RenderPlan plan =
        plan_of(show_of_state(std::make_shared<const show::StateLibrary>(), "full", 1.0, "demo"),
                "", 100.0, std::move(broken));
    EXPECT_THROW((void)render_file(plan, {.out = folder / "a.wav"}), std::runtime_error);
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace earshot::tools
