// Every protobuf envelope against its vector: what we write is that, byte for byte, and what we
// read from it is what was meant.

#include "common/wire/envelope.hpp"
#include "common/wire/second_checksum.hpp"
#include "earshot/v1/control.pb.h"
#include "earshot/v1/handshake.pb.h"
#include "earshot/v1/media.pb.h"
#include "earshot/v1/session.pb.h"
#include "earshot/v1/show.pb.h"
#include "earshot/v1/stream.pb.h"
#include "earshot/v1/sync.pb.h"
#include "earshot/v1/telemetry.pb.h"
#include "tests/unit/wire/golden.hpp"

#include <gtest/gtest.h>

#include <array>

namespace earshot::wire {
namespace {

/// Writes as the vector, and reading the vector gives a message that writes the same again.
template <class Message>
void expect_golden(const std::string& name, Kind kind, const Message& message) {
    const auto bytes = golden(name);
    EXPECT_EQ(make_envelope(kind, message), bytes) << name;
    const auto envelope = parse_envelope(bytes);
    ASSERT_TRUE(envelope.has_value()) << name;
    EXPECT_EQ(envelope->kind, kind) << name;
    Message read;
    ASSERT_TRUE(parse_body(envelope->body, read).has_value()) << name;
    EXPECT_EQ(read.SerializeAsString(), message.SerializeAsString()) << name;
}

v1::Version version() {
    v1::Version message;
    message.set_major(1);
    return message;
}

v1::Streams streams() {
    v1::Streams message;
    const auto add = [&](std::uint32_t id, const char* perspective, const char* title) {
        v1::Stream& stream = *message.add_streams();
        stream.set_stream_id(id);
        stream.set_perspective(perspective);
        stream.set_title(title);
        stream.set_bitrate(96'000);
        stream.set_channels(2);
        stream.set_codec("opus");
    };
    add(0, "objective", "Full hearing");
    add(1, "subjective", "Through the drummer's ears");
    message.set_default_stream_id(1);
    return message;
}

v1::Timeline timeline() {
    v1::Timeline message;
    message.add_segments()->set_epoch(1);
    v1::Segment& second = *message.add_segments();
    second.set_epoch(2);
    second.set_media_time(4'800'000);
    second.set_programme_time(-2880);
    second.set_rate(1.0);
    return message;
}

v1::StateChange state_change() {
    v1::StateChange message;
    message.set_stream_id(1);
    message.set_epoch(2);
    message.set_media_time(5'856'000);
    message.set_programme_time(1'056'000);
    message.set_state("sudden_loss");
    message.set_label("Sudden loss");
    message.set_caption("[the sound drops away]");
    message.set_intensity(0.5F);
    message.set_fade_ms(250);
    message.set_cue_number("12.5A");
    return message;
}

v1::ShowSummary show_summary() {
    v1::ShowSummary message;
    message.set_title("D\xC3\xA9monstration");
    message.set_rights("own work");
    v1::PerspectiveSummary& perspective = *message.add_perspectives();
    perspective.set_id("objective");
    perspective.set_title("Full hearing");
    v1::CueSummary& timed = *message.add_cues();
    timed.set_number("12.5A");
    timed.set_name("The loss");
    timed.set_programme_time(1'056'000);
    timed.set_perspective("subjective");
    timed.set_state("sudden_loss");
    timed.set_caption("[the sound drops away]");
    v1::CueSummary& manual = *message.add_cues();
    manual.set_number("13");
    manual.set_manual(true);
    manual.set_perspective("subjective");
    manual.set_state("full");
    message.set_length_frames(4'320'000);
    return message;
}

v1::SessionState session_state() {
    v1::SessionState message;
    message.set_phase(v1::SESSION_PHASE_PLAYING);
    message.set_open(true);
    message.set_listeners(48);
    return message;
}

TEST(GoldenMessages, Sync) {
    v1::SyncRequest request;
    request.set_t1_local_ns(1'234'567'890'123);
    request.set_sequence(7);
    expect_golden("sync_request", Kind::sync_request, request);
    v1::SyncReply reply;
    reply.set_t1_local_ns(1'234'567'890'123);
    reply.set_t2_media_ns(-5);
    reply.set_t3_media_ns(20'000);
    reply.set_sequence(7);
    expect_golden("sync_reply", Kind::sync_reply, reply);
}

TEST(GoldenMessages, Handshake) {
    v1::Hello hello;
    *hello.mutable_version() = version();
    hello.add_features("bundle");
    hello.set_role(v1::ROLE_LISTENER);
    hello.set_client("earshot-client 0.1.0");
    hello.set_name("seat 12");
    hello.set_group("balcony");
    hello.set_perspective("subjective");
    hello.set_join_code("K7PX");
    hello.set_resume_token(std::string("\x00\xFF\x10", 3));
    hello.set_decodes_audio(true);
    expect_golden("hello", Kind::hello, hello);

    v1::Welcome welcome;
    *welcome.mutable_version() = version();
    welcome.set_server("earshot-server 0.1.0");
    welcome.set_session_id("open");
    welcome.set_listener_id(17);
    welcome.set_badge("Blue Heron 17");
    welcome.set_resume_token("\x01\x02\x03");
    welcome.set_lead_ms(400);
    welcome.set_level_cap_dbfs(-6.0F);
    *welcome.mutable_streams() = streams();
    *welcome.mutable_timeline() = timeline();
    *welcome.mutable_show() = show_summary();
    *welcome.mutable_session() = session_state();
    welcome.set_stream_id(1);
    *welcome.add_states() = state_change();
    expect_golden("welcome", Kind::welcome, welcome);

    v1::Refusal refusal;
    refusal.set_code(v1::REFUSAL_VERSION);
    refusal.set_text("update the listener");
    *refusal.mutable_version() = version();
    expect_golden("refusal", Kind::refusal, refusal);

    v1::Bye bye;
    bye.set_reason("the server stops");
    bye.set_come_back_after_ms(5000);
    expect_golden("bye", Kind::bye, bye);
}

TEST(GoldenMessages, StreamAndShow) {
    v1::Subscribe subscribe;
    subscribe.set_perspective("objective");
    expect_golden("subscribe", Kind::subscribe, subscribe);
    expect_golden("streams", Kind::streams, streams());
    v1::Streams with_companions = streams();
    const auto add = [&](std::uint32_t id, v1::CompanionKind kind, std::uint32_t bitrate) {
        v1::Companion& companion = *with_companions.add_companions();
        companion.set_stream_id(id);
        companion.set_companion_of(1);
        companion.set_kind(kind);
        companion.set_bitrate(bitrate);
    };
    add(9, v1::COMPANION_KIND_TACTILE, 48'000);
    add(17, v1::COMPANION_KIND_HAPTIC, 2'400);
    expect_golden("streams_companions", Kind::streams, with_companions);
    v1::Subscribe companions;
    companions.mutable_companions()->set_tactile(true);
    expect_golden("subscribe_companions", Kind::subscribe, companions);
    v1::Hello hello;
    hello.mutable_version()->set_major(1);
    hello.mutable_version()->set_minor(1);
    hello.set_role(v1::ROLE_LISTENER);
    hello.mutable_companions()->set_tactile(true);
    hello.mutable_companions()->set_haptics(true);
    expect_golden("hello_companions", Kind::hello, hello);
    expect_golden("timeline", Kind::timeline, timeline());
    expect_golden("state_change", Kind::state_change, state_change());
    expect_golden("show_summary", Kind::show_summary, show_summary());
    expect_golden("session_state", Kind::session_state, session_state());
    v1::SessionState changed = session_state();
    changed.set_lead_ms(800);
    expect_golden("session_state_lead", Kind::session_state, changed);
}

TEST(GoldenMessages, ControlAndTelemetry) {
    v1::LocalControl control;
    control.set_action(v1::LOCAL_ACTION_LEVEL_CAP);
    control.set_level_cap_dbfs(-12.5F);
    control.set_fade_ms(300);
    expect_golden("local_control", Kind::local_control, control);

    v1::Exit exit;
    exit.set_left(true);
    expect_golden("exit", Kind::exit, exit);

    v1::Telemetry telemetry;
    telemetry.set_offset_ns(-987'654'321);
    telemetry.set_fit_bound_ns(45'000);
    telemetry.set_path_bound_ns(200'000);
    telemetry.set_skew_ppm(-12.5F);
    telemetry.set_error_p50_us(8.5F);
    telemetry.set_error_p99_us(90.25F);
    telemetry.set_error_max_us(120.0F);
    telemetry.set_correction_ppm(12.5F);
    telemetry.set_buffer_ms(380.0F);
    telemetry.set_device_latency_ms(21.5F);
    telemetry.set_packets_received(5'000'000'000);
    telemetry.set_packets_late(2);
    telemetry.set_packets_lost(1);
    telemetry.set_frames_concealed(960);
    telemetry.set_rtt_us(1500);
    telemetry.set_media_time(5'856'000);
    telemetry.set_epoch(2);
    telemetry.set_state("sudden_loss");
    telemetry.set_playing(true);
    telemetry.set_transport("ws");
    expect_golden("telemetry", Kind::telemetry, telemetry);

    v1::Telemetry jumped;
    jumped.set_device_latency_ms(230.5F);
    jumped.set_reanchors(1);
    jumped.set_device_jumps(1);
    expect_golden("telemetry_device_jumps", Kind::telemetry, jumped);
}

TEST(GoldenMessages, SecondsThatWereDelivered) {
    v1::Telemetry telemetry;
    v1::DeliveredSecond& whole = *telemetry.add_delivered();
    whole.set_stream_id(1);
    whole.set_epoch(2);
    whole.set_second(7);
    whole.set_packets((std::uint64_t{1} << kSecondPackets) - 1);
    whole.set_checksum(0xDEADBEEF);
    const std::array payload{std::byte{0xFC}, std::byte{0xDE}, std::byte{0xAD}, std::byte{0xBE},
                             std::byte{0xEF}};
    const auto stamp = [](std::uint32_t sequence, std::int64_t media, std::int64_t programme) {
        return PacketStamp{.stream = {},
                           .epoch = Epoch{2},
                           .sequence = sequence,
                           .media = MediaTime{Frames{media}},
                           .programme = ProgrammeTime{Frames{programme}}};
    };
    v1::DeliveredSecond& part = *telemetry.add_delivered();
    part.set_epoch(2);
    part.set_second(8);
    part.set_packets((std::uint64_t{1} << 49U) | (std::uint64_t{1} << 3U));
    part.set_checksum(packet_checksum(stamp(403, 4'800'000, -960), payload) +
                      packet_checksum(stamp(449, 4'844'160, 43'200), {}));
    telemetry.set_error_mean_us(-12.5F);
    expect_golden("telemetry_delivered", Kind::telemetry, telemetry);
}

TEST(GoldenMessages, ByWhichWayMediaComes) {
    v1::MediaOffer offer;
    offer.set_route(0xA1B2C302);
    offer.set_cookie(0x1122334455667788);
    for (char i = 0; i < 32; ++i) {
        offer.mutable_key_up()->push_back(i);
        offer.mutable_key_down()->push_back(static_cast<char>(32 + i));
    }
    offer.set_max_datagram_bytes(1'200);
    expect_golden("media_offer", Kind::media_offer, offer);
    v1::MediaPath path;
    path.set_udp(true);
    path.set_lost_permille(12);
    expect_golden("media_path", Kind::media_path, path);
}

TEST(GoldenMessages, TolerateFieldsOfANewerMinor) {
    const auto bytes = golden("hello_newer_minor");
    const auto envelope = parse_envelope(bytes);
    ASSERT_TRUE(envelope.has_value());
    v1::Hello hello;
    ASSERT_TRUE(parse_body(envelope->body, hello).has_value());
    EXPECT_EQ(hello.version().major(), 1U);
    EXPECT_EQ(hello.version().minor(), 7U);
    EXPECT_EQ(hello.role(), v1::ROLE_LISTENER);
}

TEST(GoldenMessages, TolerateAnEnumValueOfANewerMinor) {
    v1::SessionState message;
    const std::array body{std::byte{0x08}, std::byte{0x63}};
    ASSERT_TRUE(parse_body(body, message).has_value());
    EXPECT_EQ(static_cast<int>(message.phase()), 0x63);
}

TEST(GoldenMessages, GiveUnknownKindsTheirOwnError) {
    EXPECT_EQ(parse_envelope(golden("unknown_kind")).error(), Errc::bad_kind);
}

}  // namespace
}  // namespace earshot::wire
