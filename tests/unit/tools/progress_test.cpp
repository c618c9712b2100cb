#include "server/tools/progress.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace earshot::tools {
namespace {

using namespace std::chrono_literals;

struct Watch {
    std::chrono::steady_clock::time_point now{};
    [[nodiscard]] Progress::Clock clock() {
        return [this] { return now; };
    }
};

TEST(Progress, MovesABarOnATerminal) {
    Watch watch;
    std::ostringstream out;
    Progress progress(out, true, Frames{1'000}, watch.clock());
    watch.now += 2s;
    progress.show(Frames{500});
    EXPECT_NE(out.str().find("[###############...............]  50 %, 2 s left"), std::string::npos)
        << out.str();
    const std::size_t written = out.str().size();
    watch.now += 10ms;
    progress.show(Frames{510});
    EXPECT_EQ(out.str().size(), written);  // no faster than an eye
    watch.now += 2s;
    EXPECT_NEAR(progress.finish().count(), 4.01, 1e-9);
    EXPECT_EQ(out.str().find('\n'), std::string::npos);
    EXPECT_EQ(out.str().substr(out.str().size() - 4), "\r\x1B[K");
}

TEST(Progress, WritesPlainLinesNowAndThenElsewhere) {
    Watch watch;
    std::ostringstream out;
    Progress progress(out, false, Frames{1'000}, watch.clock());
    for (int second = 1; second <= 12; ++second) {
        watch.now += 1s;
        progress.show(Frames{second * 50});
    }
    (void)progress.finish();
    const std::string text = out.str();
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
    EXPECT_EQ(text.find('\r'), std::string::npos);
    EXPECT_EQ(text.rfind(" 25 %, 15 s left\n", 0), 0U) << text;
}

TEST(Progress, SaysWhatItIsOf) {
    Watch watch;
    std::ostringstream out;
    Progress progress(out, false, Frames{1'000}, watch.clock(), "measuring");
    watch.now += 5s;
    progress.show(Frames{500});
    EXPECT_EQ(out.str(), " 50 %, 5 s left, measuring\n");
}

TEST(Progress, SaysNothingOfWhatIsShort) {
    Watch watch;
    std::ostringstream out;
    Progress progress(out, false, Frames{1'000}, watch.clock());
    watch.now += 1s;
    progress.show(Frames{1'000});
    (void)progress.finish();
    EXPECT_EQ(out.str(), "");
}

}  // namespace
}  // namespace earshot::tools
