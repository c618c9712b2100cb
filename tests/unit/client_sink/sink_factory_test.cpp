#include "client/sink/sink_factory.hpp"

#include <gtest/gtest.h>

namespace earshot::sink {
namespace {

using Kind = SinkSpec::Kind;

TEST(SinkSpec, IsAutomaticWhenNothingIsSaid) {
    const auto spec = parse_sink_spec("");
    ASSERT_TRUE(spec);
    EXPECT_EQ(spec->kind, Kind::automatic);
}

TEST(SinkSpec, TakesDevicesWithColons) {
    EXPECT_EQ(parse_sink_spec("alsa")->device, "");
    EXPECT_EQ(parse_sink_spec("alsa:plughw:1,0")->device, "plughw:1,0");
    EXPECT_EQ(parse_sink_spec("alsa:hw:0")->kind, Kind::alsa);
    EXPECT_EQ(parse_sink_spec("pulse:slot1")->device, "slot1");
    EXPECT_EQ(parse_sink_spec("pulse")->kind, Kind::pulse);
}

TEST(SinkSpec, TakesAFilesCrystal) {
    const auto spec = parse_sink_spec("file:/tmp/a b.wav,ppm=-100.5,offset-ms=+2500");
    ASSERT_TRUE(spec);
    EXPECT_EQ(spec->kind, Kind::file);
    EXPECT_EQ(spec->simulated.record, "/tmp/a b.wav");
    EXPECT_DOUBLE_EQ(spec->simulated.ppm, -100.5);
    EXPECT_DOUBLE_EQ(spec->simulated.offset_ms, 2'500.0);
}

TEST(SinkSpec, LeavesCommasOfAPathAlone) {
    const auto spec = parse_sink_spec("file:take,1.wav,offset-ms=-3");
    ASSERT_TRUE(spec);
    EXPECT_EQ(spec->simulated.record, "take,1.wav");
    EXPECT_DOUBLE_EQ(spec->simulated.offset_ms, -3.0);
    EXPECT_EQ(parse_sink_spec("file:a,b")->simulated.record, "a,b");
}

TEST(SinkSpec, GivesNullACrystalToo) {
    EXPECT_EQ(parse_sink_spec("null")->kind, Kind::null);
    EXPECT_DOUBLE_EQ(parse_sink_spec("null,ppm=20")->simulated.ppm, 20.0);
    EXPECT_TRUE(parse_sink_spec("null,ppm=20")->simulated.record.empty());
}

class BadSinkSpec : public testing::TestWithParam<const char*> {};

TEST_P(BadSinkSpec, IsRefusedInOneLineThatNamesIt) {
    const auto spec = parse_sink_spec(GetParam());
    ASSERT_FALSE(spec);
    EXPECT_NE(spec.failure().text.find(GetParam()), std::string::npos);
    EXPECT_EQ(spec.failure().text.find('\n'), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(,
                         BadSinkSpec,
                         testing::Values("oss",
                                         "alsa:",
                                         "pulse:",
                                         "alsa,hw",
                                         "file",
                                         "file:",
                                         "file:,ppm=1",
                                         "file:a,ppm=x",
                                         "file:a,ppm=1001",
                                         "file:a,ppm=nan",
                                         "file:a,offset-ms=",
                                         "null:x",
                                         "null,x",
                                         "null,pm=3"));

TEST(SinkFactory, GivesTheWholeClientTheSimulatedMachinesClock) {
    const auto spec = parse_sink_spec("null,ppm=100,offset-ms=5000");
    const OpenedSink opened = make_sink(*spec);
    ASSERT_TRUE(opened.clock);
    ASSERT_TRUE(opened.sink);
    const std::int64_t before = monotonic_raw_ns();
    const std::int64_t local = opened.clock->now().time_since_epoch().count();
    const std::int64_t after = monotonic_raw_ns();
    // Within the seconds of a test, 100 ppm are less than 1 ms.
    EXPECT_GE(local, before + 5'000'000'000);
    EXPECT_LE(local, after + 5'001'000'000);
    EXPECT_NE(opened.sink->description().find("+100 ppm"), std::string::npos);
}

}  // namespace
}  // namespace earshot::sink
