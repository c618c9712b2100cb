#include "server/tools/render_options.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

namespace earshot::tools {
namespace {

struct Parsed {
    ParsedRenderOptions result;
    std::string said;
};

Parsed parse(const std::string& line) {
    std::vector<std::string> words{"earshot-render"};
    std::istringstream in(line);
    for (std::string word; in >> word;) {
        words.push_back(word);
    }
    std::vector<const char*> pointers;
    pointers.reserve(words.size());
    for (const std::string& word : words) {
        pointers.push_back(word.c_str());
    }
    testing::internal::CaptureStderr();
    testing::internal::CaptureStdout();
    Parsed parsed;
    parsed.result = parse_render_options(static_cast<int>(pointers.size()), pointers.data());
    parsed.said = testing::internal::GetCapturedStderr() + testing::internal::GetCapturedStdout();
    return parsed;
}

TEST(RenderOptions, TakeTheThreeUses) {
    const Parsed show = parse("--show a.toml --perspective p --out b.wav --float --plot c.svg");
    EXPECT_EQ(show.result.exit_code, -1) << show.said;
    EXPECT_EQ(show.result.options.perspective, "p");
    EXPECT_TRUE(show.result.options.as_float);
    const Parsed state = parse(
        "--in a.wav --state full --intensity 0.5 --out b.wav --no-limiter --calibration-db 120");
    EXPECT_EQ(state.result.exit_code, -1) << state.said;
    EXPECT_EQ(state.result.options.intensity, 0.5);
    EXPECT_TRUE(state.result.options.no_limiter);
    EXPECT_EQ(state.result.options.calibration_db, 120.0);
    EXPECT_EQ(parse("--in a.wav --state-file s.toml --out b.wav").result.exit_code, -1);
    EXPECT_EQ(parse("--cards there --calibration-db 94").result.exit_code, -1);
}

TEST(RenderOptions, TellWhatTheyAreAndEnd) {
    EXPECT_EQ(parse("--version").result.exit_code, 0);
    EXPECT_NE(parse("--version").said.find(EARSHOT_VERSION), std::string::npos);
    const Parsed help = parse("--help");
    EXPECT_EQ(help.result.exit_code, 0);
    for (const char* option :
         {"--show", "--in", "--state", "--state-file", "--intensity", "--out", "--perspective",
          "--plot", "--float", "--no-limiter", "--calibration-db", "--cards"}) {
        EXPECT_NE(help.said.find(option), std::string::npos) << option;
    }
}

TEST(RenderOptions, RefuseWrongUsageInOneLine) {
    for (const char* line :
         {"", "--out b.wav", "--show a.toml", "--in a.wav --out b.wav",
          "--in a.wav --state full --state-file s.toml --out b.wav", "--in a.wav --state full",
          "--show a.toml --in a.wav --state full --out b.wav",
          "--show a.toml --state full --out b.wav", "--show a.toml --intensity 0.5 --out b.wav",
          "--in a.wav --state full --perspective p --out b.wav", "--cards d --out b.wav",
          "--cards d --no-limiter", "--in a.wav --state full --out b.wav --intensity 1.1",
          "--in a.wav --state full --out b.wav --intensity much",
          "--in a.wav --state full --out b.wav --calibration-db 10", "--no-such-thing",
          "--in a.wav --state full --out b.wav stray", "--in"}) {
        const Parsed parsed = parse(line);
        EXPECT_EQ(parsed.result.exit_code, 2) << line;
        EXPECT_EQ(std::count(parsed.said.begin(), parsed.said.end(), '\n'), 1) << parsed.said;
        EXPECT_EQ(parsed.said.rfind("earshot-render: ", 0), 0U) << parsed.said;
    }
}

}  // namespace
}  // namespace earshot::tools
