#include "server/tools/render_plan.hpp"

#include "common/show/state_library.hpp"
#include "server/tools/render_plot.hpp"
#include "tests/unit/tools/memory_programme.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <vector>

namespace earshot::tools {
namespace {

using test::MemoryProgramme;

constexpr double kCalibration = 100.0;

show::Show small_show() {
    auto show = show::parse_show(R"(
title = "Small"
rights = "own work"
default_perspective = "inside"
[programme]
source = "demo"
[[perspective]]
id = "inside"
[[cue]]
number = "1"
at = "00:00:00.500"
perspective = "inside"
state = "conductive"
intensity = 0.5
fade = 100
[[cue]]
number = "2"
manual = true
perspective = "inside"
state = "full"
)",
                                 "small.toml", ".");
    if (!show) {
        throw std::runtime_error(show.failure().text);
    }
    return std::move(*show);
}

std::unique_ptr<MemoryProgramme> second() {
    return std::make_unique<MemoryProgramme>(Frames{48'000});
}

std::string failure_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return {};
}

TEST(RenderPlan, RendersTheDefaultPerspectiveOrTheNamedOne) {
    EXPECT_EQ(plan_of(small_show(), "", kCalibration, second()).perspective, "inside");
    const RenderPlan plan = plan_of(small_show(), "objective", kCalibration, second());
    EXPECT_TRUE(plan.schedule->cues().empty());
    ASSERT_NE(plan.only_state, nullptr);
    EXPECT_EQ(plan.only_state->card.id, "full");
    const std::string wrong =
        failure_of([] { (void)plan_of(small_show(), "outside", kCalibration, second()); });
    EXPECT_NE(wrong.find("objective, inside"), std::string::npos) << wrong;
}

TEST(RenderPlan, LeavesOutAndCountsCuesByHand) {
    const RenderPlan plan = plan_of(small_show(), "", kCalibration, second());
    EXPECT_EQ(plan.schedule->cues().size(), 1U);
    EXPECT_EQ(plan.only_state, nullptr);
    EXPECT_EQ(cues_by_hand(plan.show, "inside"), 1U);
    EXPECT_EQ(cues_by_hand(plan.show, "objective"), 0U);
}

TEST(RenderPlan, NamesTheStatesForThePicture) {
    const RenderPlan plan = plan_of(small_show(), "", kCalibration, second());
    const auto spans = spans_of(plan);
    ASSERT_EQ(spans.size(), 2U);
    EXPECT_EQ(spans[1].at_s, 0.5);
    EXPECT_EQ(spans[1].fade_s, 0.1);
    EXPECT_NE(spans[1].label.find("50 %"), std::string::npos);
}

TEST(RenderPlan, MakesAShowOfOneState) {
    const auto library = std::make_shared<const show::StateLibrary>();
    const RenderPlan plan =
        plan_of(show_of_state(library, "tinnitus", 0.25, "demo"), "", kCalibration, second());
    EXPECT_EQ(plan.schedule->initial().card.id, "tinnitus");
    EXPECT_EQ(plan.schedule->initial().intensity, 0.25);
    ASSERT_NE(plan.only_state, nullptr);
    EXPECT_EQ(plan.intensity, 0.25);
}

TEST(RenderPlan, RefusesWhatHasNoEndOrNoBeginning) {
    show::Show show = small_show();
    show.programme.source = "tone";
    EXPECT_NE(failure_of([&] { (void)plan_of(show, "", kCalibration); }).find("no end"),
              std::string::npos);
    show.programme.source = "fifo:/tmp/x";
    EXPECT_NE(failure_of([&] { (void)plan_of(show, "", kCalibration); }).find("live"),
              std::string::npos);
    show.programme.source = "file:/nonexistent/x.wav";
    EXPECT_NE(failure_of([&] { (void)plan_of(show, "", kCalibration); }).find("x.wav"),
              std::string::npos);
    EXPECT_NE(failure_of([&] {
                  (void)plan_of(show, "", kCalibration,
                                std::make_unique<MemoryProgramme>(Frames{0}));
              }).find("no sound"),
              std::string::npos);
}

TEST(RenderPlan, SaysHowFarItHasMeasuredAndCanBeStopped) {
    const auto ringing = show_of_state(std::make_shared<show::StateLibrary>(), "tts", 1.0, "demo");
    std::vector<double> parts;
    (void)plan_of(ringing, {}, kCalibration, std::make_unique<MemoryProgramme>(Frames{144'000}),
                  [&](double part) { parts.push_back(part); });
    ASSERT_EQ(parts.size(), 3U);
    EXPECT_NEAR(parts.front(), 1.0 / 3.0, 1e-9);
    EXPECT_EQ(parts.back(), 1.0);
    const auto stop = [](double) { throw std::runtime_error("stopped"); };
    EXPECT_EQ(failure_of([&] { (void)plan_of(ringing, {}, kCalibration, second(), stop); }),
              "stopped");
}

}  // namespace
}  // namespace earshot::tools
