#include "server/source/source_spec.hpp"

#include <gtest/gtest.h>

#include <string>

namespace earshot::source {
namespace {

using Kind = SourceSpec::Kind;

SourceSpec parsed(std::string_view text) {
    const Expected<SourceSpec> spec = parse_source_spec(text);
    EXPECT_TRUE(spec.has_value()) << text << ": " << spec.failure().text;
    return spec.value();
}

std::string refusal(std::string_view text) {
    const Expected<SourceSpec> spec = parse_source_spec(text);
    EXPECT_FALSE(spec.has_value()) << text;
    return spec.failure().text;
}

TEST(SourceSpec, ReadsEveryForm) {
    EXPECT_EQ(parsed("file:a film.flac"), (SourceSpec{Kind::file, "a film.flac"}));
    EXPECT_EQ(parsed("file:C:/odd:name"), (SourceSpec{Kind::file, "C:/odd:name"}));
    EXPECT_EQ(parsed("fifo:/run/in"), (SourceSpec{Kind::fifo, "/run/in"}));
    EXPECT_EQ(parsed("stdin"), (SourceSpec{Kind::stdin_stream, ""}));
    EXPECT_EQ(parsed("alsa:hw:1,0"), (SourceSpec{Kind::alsa, "hw:1,0"}));
    EXPECT_EQ(parsed("pulse:x.monitor"), (SourceSpec{Kind::pulse, "x.monitor"}));
    EXPECT_EQ(parsed("tone"), (SourceSpec{Kind::tone, ""}));
    EXPECT_EQ(parsed("demo"), (SourceSpec{Kind::demo, ""}));
}

TEST(SourceSpec, TakesTheDefaultDeviceIfNoneIsNamed) {
    EXPECT_EQ(parsed("alsa"), (SourceSpec{Kind::alsa, "default"}));
    EXPECT_EQ(parsed("pulse:"), (SourceSpec{Kind::pulse, "@DEFAULT_SOURCE@"}));
}

TEST(SourceSpec, KnowsWhatIsLive) {
    EXPECT_TRUE(parsed("fifo:x").live());
    EXPECT_TRUE(parsed("stdin").live());
    EXPECT_TRUE(parsed("pulse").live());
    EXPECT_FALSE(parsed("file:x").live());
    EXPECT_FALSE(parsed("demo").live());
}

TEST(SourceSpec, SaysWhatItExpected) {
    EXPECT_EQ(refusal("film.flac"),
              "source \"film.flac\": expected file:PATH, fifo:PATH, stdin, alsa:DEVICE, "
              "pulse:SOURCE, tone or demo");
    EXPECT_EQ(refusal("file:"), "source \"file:\": a path is missing, as in file:film.flac");
    EXPECT_EQ(refusal("fifo"), "source \"fifo\": a path is missing, as in fifo:/run/earshot/in");
    EXPECT_EQ(refusal("tone:440"), "source \"tone:440\": \"tone\" takes no name");
    EXPECT_NE(refusal(""), "");
    EXPECT_NE(refusal(std::string_view{"file:a\0b", 8}), "");
}

}  // namespace
}  // namespace earshot::source
