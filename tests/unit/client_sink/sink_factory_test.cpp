#include "client/sink/sink_factory.hpp"

#include "common/audio/block.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace earshot::sink {
namespace {

using Kind = SinkSpec::Kind;

TEST(SinkSpec, IsAutomaticWhenNothingIsSaid) {
    const auto spec = parse_sink_spec("");
    ASSERT_TRUE(spec);
    EXPECT_EQ(spec->kind, Kind::automatic);
}

TEST(SinkSpec, TakesDevicesWithColons) {
    EXPECT_EQ(parse_sink_spec("alsa")->alsa.device, "default");
    EXPECT_EQ(parse_sink_spec("alsa:plughw:1,0")->alsa.device, "plughw:1,0");
    EXPECT_EQ(parse_sink_spec("alsa:hw:0")->kind, Kind::alsa);
    EXPECT_EQ(parse_sink_spec("pulse:slot1")->pulse_sink, "slot1");
    EXPECT_EQ(parse_sink_spec("pulse")->kind, Kind::pulse);
}

TEST(SinkSpec, TakesAnAlsaDevicesPeriodsAndPriority) {
    const auto plain = parse_sink_spec("alsa:hw:0");
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->alsa.period_frames, 480);
    EXPECT_EQ(plain->alsa.periods, 4);
    EXPECT_EQ(plain->alsa.priority, 60);

    const auto all = parse_sink_spec("alsa:hw:1,0,period=64,periods=16,rt=98");
    ASSERT_TRUE(all);
    EXPECT_EQ(all->alsa.device, "hw:1,0");
    EXPECT_EQ(all->alsa.period_frames, 64);
    EXPECT_EQ(all->alsa.periods, 16);
    EXPECT_EQ(all->alsa.priority, 98);

    const auto other_end = parse_sink_spec("alsa,rt=0,periods=2,period=4800");
    ASSERT_TRUE(other_end);
    EXPECT_EQ(other_end->alsa.device, "default");
    EXPECT_EQ(other_end->alsa.period_frames, 4'800);
    EXPECT_EQ(other_end->alsa.periods, 2);
    EXPECT_EQ(other_end->alsa.priority, 0);
}

TEST(SinkSpec, LeavesADevicesOwnArgumentsAlone) {
    const auto spec = parse_sink_spec("alsa:plughw:CARD=vc4hdmi,DEV=0,rt=5");
    ASSERT_TRUE(spec);
    EXPECT_EQ(spec->alsa.device, "plughw:CARD=vc4hdmi,DEV=0");
    EXPECT_EQ(spec->alsa.priority, 5);
    EXPECT_EQ(parse_sink_spec("pulse:a,rt=5")->pulse_sink, "a,rt=5");
}

TEST(SinkSpec, RefusesControlCharactersWithoutRepeatingThem) {
    using namespace std::string_view_literals;
    for (const std::string_view text :
         {"alsa:hw:0\nfake"sv, "alsa:\x1b[2J"sv, "pulse:a\x7f"sv, "file:a\0b"sv, "\t"sv}) {
        const auto spec = parse_sink_spec(text, "--tactile-sink");
        ASSERT_FALSE(spec);
        EXPECT_EQ(spec.failure().text, "--tactile-sink: there are control characters in it");
    }
    EXPECT_TRUE(parse_sink_spec("pulse:Kopfh\xc3\xb6rer"));
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

TEST(SinkSpec, HasANameForEachDevice) {
    EXPECT_EQ(device_key(*parse_sink_spec("alsa:hw:0")), "alsa:hw:0");
    EXPECT_EQ(device_key(*parse_sink_spec("pulse")), "pulse:");
    EXPECT_EQ(device_key(*parse_sink_spec("null,ppm=3")), "null");
    EXPECT_EQ(device_key(*parse_sink_spec("file:/tmp/a.wav,ppm=3")), "file:/tmp/a.wav");
    EXPECT_EQ(resolved(*parse_sink_spec("alsa:hw:0")).kind, Kind::alsa);
    EXPECT_NE(resolved({}).kind, Kind::automatic);
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
                                         "alsa:,period=64",
                                         "alsa,period=63",
                                         "alsa,period=4801",
                                         "alsa,period=480.5",
                                         "alsa,period=",
                                         "alsa,period=1e99",
                                         "alsa:hw:0,periods=1",
                                         "alsa:hw:0,periods=17",
                                         "alsa:hw:0,rt=-1",
                                         "alsa:hw:0,rt=99",
                                         "alsa:hw:0,rt=high",
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

TEST(SinkFactory, SaysInOneLineThatAnAlsaDeviceCannotBeOpened) {
    const OpenedSink opened = make_sink(*parse_sink_spec("alsa:earshot_no_such_device"));
    struct Silence final : audio::PlaybackCallback {
        void render(audio::BlockView out, const audio::DacTime&) noexcept override {
            audio::clear(out);
        }
    } callback;
    testing::internal::CaptureStderr();
    std::string text;
    try {
        opened.sink->start(callback);
    } catch (const std::runtime_error& error) {
        text = error.what();
    }
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << "alsa-lib's own words";
    EXPECT_EQ(text.find("ALSA device earshot_no_such_device: cannot be opened: "), 0U) << text;
    EXPECT_EQ(text.find('\n'), std::string::npos);
}

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
