#include "client/core/stats_printer.hpp"

#include "client/core/telemetry.hpp"
#include "earshot/v1/telemetry.pb.h"

#include <gtest/gtest.h>

#include <limits>

namespace earshot::client {
namespace {

using namespace std::chrono_literals;

ProgrammeTime at_ms(std::int64_t ms) {
    return ProgrammeTime{Frames{ms * 48}};
}

TEST(StatsPrinter, WritesProgrammeTimeAsPeopleReadIt) {
    EXPECT_EQ(programme_text(at_ms(0)), "00:00:00.000");
    EXPECT_EQ(programme_text(at_ms(3'723'004)), "01:02:03.004");
    EXPECT_EQ(programme_text(at_ms(-1'500)), "-00:00:01.500");
    EXPECT_EQ(programme_text(at_ms(360'000'000)), "100:00:00.000");
}

TEST(StatsPrinter, KeepsItsJsonKeysAndUnits) {
    StatsLine line;
    line.time_s = 12.0004;
    line.connected = true;
    line.clock.valid = true;
    line.clock.local_reference = LocalInstant{5s};
    line.clock.media_reference = MediaInstant{5s + 1'234'567ns};
    line.clock.skew = 50e-6;
    line.clock.fit_bound = 12'345ns;
    line.clock.path_bound = 100us;
    line.round_trip = 200us;
    line.player.playing = true;
    line.player.error_p50_us = 1.5F;
    line.player.error_p99_us = 2.5F;
    line.player.error_max_us = 3.5F;
    line.player.error_mean_us = -0.5F;
    line.player.correction_ppm = -50.0F;
    line.player.buffer_ms = 380.0F;
    line.player.packets_received = 600;
    line.player.packets_late = 1;
    line.player.packets_lost = 2;
    line.player.frames_concealed = 1'920;
    line.player.reanchors = 3;
    line.player.device_jumps = 5;
    line.player.epoch = Epoch{4};
    line.stream = StreamId{1};
    line.perspective = "subjective";
    line.state = "felt";
    line.caption = "[\"felt\"]";
    line.media = MediaTime{Frames{576'000}};
    line.programme = at_ms(12'000);
    line.transport = "udp";
    line.repaired = 7;
    line.device_latency_ms = 40.0;
    EXPECT_EQ(
        stats_json(line),
        R"({"time_s":12,"connected":true,"playing":true,"offset_us":1234.567,)"
        R"("fit_bound_us":12.345,"path_bound_us":100,"skew_ppm":50,"error_p50_us":1.5,)"
        R"("error_p99_us":2.5,"error_max_us":3.5,"error_mean_us":-0.5,"correction_ppm":-50,)"
        R"("buffer_ms":380,)"
        R"("received":600,"late":1,"lost":2,"concealed_frames":1920,"reanchors":3,"device_jumps":5,"rtt_us":200,)"
        R"("stream":1,"perspective":"subjective","epoch":4,"state":"felt",)"
        R"("caption":"[\"felt\"]","media_time":576000,"programme_time":"00:00:12.000",)"
        R"("transport":"udp","repaired":7,"device_latency_ms":40})");
}

TEST(StatsPrinter, SaysInTextWhetherItPlaysWaitsOrReconnects) {
    StatsLine line;
    EXPECT_NE(stats_text(line).find("reconnecting"), std::string::npos);
    line.connected = true;
    EXPECT_NE(stats_text(line).find("waiting"), std::string::npos);
    line.player.playing = true;
    EXPECT_NE(stats_text(line).find("playing"), std::string::npos);
    line.transport = "none";
    line.repaired = 12;
    EXPECT_NE(stats_text(line).find("by none repaired 12"), std::string::npos);
}

TEST(Telemetry, HoldsAtTheFieldsEndWhatDoesNotFit) {
    TelemetrySources from;
    from.clock.valid = true;
    from.clock.fit_bound = 100s;
    from.clock.path_bound = -1ns;
    v1::Telemetry message;
    fill_telemetry(from, message);
    EXPECT_EQ(message.fit_bound_ns(), std::numeric_limits<std::uint32_t>::max());
    EXPECT_EQ(message.path_bound_ns(), 0U);
}

TEST(Telemetry, ReportsNoOffsetBeforeThereIsOne) {
    TelemetrySources from;
    from.clock.local_reference = LocalInstant{5s};
    v1::Telemetry message;
    fill_telemetry(from, message);
    EXPECT_EQ(message.offset_ns(), 0);
}

}  // namespace
}  // namespace earshot::client
