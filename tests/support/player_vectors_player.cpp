// Vectors of the whole player: three seconds with losses, a late and a repeated packet, a payload
// that is none, a clock that steps, another stream, a seek, volume, panic, a lower cap, exit.
#include "client/core/player.hpp"

#include "tests/support/player_vectors.hpp"
#include "tests/support/vector_file.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

namespace earshot::test {
namespace {

using client::Player;
using client::PlayerCommand;

constexpr int kBlock = 128;
constexpr int kBlocks = 1'125;
/// Blocks from one fresh account to the next.
constexpr int kStatsBlocks = 19;
/// One of so many frames is kept, of the left and the right channel in turn.
constexpr int kKeep = 5;
constexpr double kRate = 48e3 * (1.0 + 80e-6);
constexpr std::int64_t kLocalNs = 5'000'000'000;
constexpr std::int64_t kMediaNs = 10'000'000'000;
constexpr std::int64_t kMedia = 480'000;  ///< At the first block.

struct Arriving {
    int block;
    wire::PacketSlot packet;
};

wire::PacketSlot packet_of(
    int stream, std::uint32_t epoch, std::uint32_t sequence, std::int64_t start, int tone) {
    wire::PacketSlot packet;
    const std::int64_t media = start - kEpochPreroll.count() + std::int64_t{sequence} * 960;
    packet.stamp.stream = StreamId{static_cast<std::uint8_t>(stream)};
    packet.stamp.epoch = Epoch{epoch};
    packet.stamp.sequence = sequence;
    packet.stamp.media = MediaTime{Frames{media}};
    packet.stamp.programme = ProgrammeTime{Frames{media - start + 7'000}};
    packet.size = 5;
    packet.payload[0] = static_cast<std::byte>(tone);
    const auto frame = static_cast<std::int32_t>(media - kMedia);
    std::memcpy(packet.payload.data() + 1, &frame, sizeof(frame));
    return packet;
}

/// Has packets of one lane arrive 100 to 140 ms ahead, in order of their arrival block.
void add_lane(std::vector<Arriving>& to,
              int stream,
              std::uint32_t epoch,
              std::int64_t start,
              std::int64_t end,
              int tone) {
    VectorNoise noise(static_cast<std::uint32_t>(stream) * 7 + epoch);
    for (std::uint32_t k = 0; start - 2'880 + std::int64_t{k} * 960 < end; ++k) {
        wire::PacketSlot packet = packet_of(stream, epoch, k, start, tone);
        std::int64_t lead = 4'800 + noise.below(1'920);
        if (stream == 0 && epoch == 1) {
            if (k == 12 || (k >= 20 && k < 28) || (k >= 44 && k < 47)) {
                continue;  // one lost; so many that the lane runs dry; a fade that turns back
            }
            lead = k == 33 ? -300 : lead;   // late
            packet.size = k == 37 ? 0 : 5;  // no Opus
        }
        const std::int64_t media = packet.stamp.media.time_since_epoch().count();
        const int block =
            static_cast<int>(std::max<std::int64_t>(0, media - lead - kMedia) / kBlock);
        to.push_back({block, packet});
        if (stream == 0 && epoch == 1 && k == 35) {
            to.push_back({block + 9, packet});  // once more
        }
    }
}

std::vector<Arriving> arrivals() {
    std::vector<Arriving> all;
    const std::int64_t first = kMedia + 2'016;
    const std::int64_t seek = kMedia + 86'413;
    for (const int stream : {0, 1}) {
        add_lane(all, stream, 1, first, seek + 1'920, stream);
        add_lane(all, stream, 2, seek, kMedia + 152'000, stream + 2);
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const Arriving& a, const Arriving& b) { return a.block < b.block; });
    return all;
}

sync::ClockModel clock_of(std::int64_t media_ns) {
    sync::ClockModel clock;
    clock.local_reference = LocalInstant{std::chrono::nanoseconds{kLocalNs}};
    clock.media_reference = MediaInstant{std::chrono::nanoseconds{media_ns}};
    clock.skew = -40e-6;
    clock.fit_bound = std::chrono::microseconds{100};
    clock.skew_bound = 5e-6;
    clock.since = clock.local_reference;
    clock.valid = true;
    return clock;
}

struct Timed {
    int block;
    PlayerCommand command;
};

std::vector<Timed> commands() {
    using Kind = PlayerCommand::Kind;
    return {{0, {.kind = Kind::follow, .stream = StreamId{0}}},
            {520, {.kind = Kind::follow, .stream = StreamId{1}}},
            {580, {.kind = Kind::follow, .stream = StreamId{0}}},
            {710, {.kind = Kind::volume, .value_db = -6.0F}},
            {770, {.kind = Kind::panic, .stream = StreamId{1}, .fade_ms = 300}},
            {960, {.kind = Kind::level_cap, .value_db = -20.0F}},
            {1'030, {.kind = Kind::silence}},
            {1'070, {.kind = Kind::all_clear, .stream = StreamId{0}, .fade_ms = 50}}};
}

void write_inputs(VectorFile& json,
                  const std::vector<Arriving>& packets,
                  const std::vector<Timed>& posted) {
    json.open("device", '[');
    json.row({kBlock, kBlocks, kRate, static_cast<double>(kLocalNs), kStatsBlocks, kKeep});
    json.close();
    json.open("clocks", '[');
    json.row({0.0, static_cast<double>(kMediaNs)});
    json.row({375.0, kMediaNs + 30e6});
    json.close();
    json.open("commands", '[');
    for (const Timed& timed : posted) {
        const PlayerCommand& c = timed.command;
        json.row({static_cast<double>(timed.block), static_cast<double>(c.kind),
                  static_cast<double>(c.stream.value), static_cast<double>(c.value_db),
                  static_cast<double>(c.fade_ms)});
    }
    json.close();
    json.open("packets", '[');
    for (const Arriving& a : packets) {
        const wire::PacketStamp& s = a.packet.stamp;
        json.row({static_cast<double>(a.block), static_cast<double>(s.stream.value),
                  static_cast<double>(s.epoch.value), static_cast<double>(s.sequence),
                  static_cast<double>(s.media.time_since_epoch().count()),
                  static_cast<double>(s.programme.time_since_epoch().count()),
                  a.packet.size == 0 ? -1.0 : static_cast<double>(a.packet.payload[0])});
    }
}

void write_account(VectorFile& json, int block, const client::PlayerStats& s) {
    json.row({static_cast<double>(block), static_cast<double>(s.packets_received),
              static_cast<double>(s.packets_late), static_cast<double>(s.packets_lost),
              static_cast<double>(s.packets_duplicate), static_cast<double>(s.frames_concealed),
              static_cast<double>(s.reanchors),
              static_cast<double>(s.media.time_since_epoch().count()),
              static_cast<double>(s.programme.time_since_epoch().count()),
              static_cast<double>(s.epoch.value), s.playing ? 1.0 : 0.0,
              static_cast<double>(s.buffer_ms), static_cast<double>(s.correction_ppm),
              static_cast<double>(s.error_p50_us), static_cast<double>(s.error_p99_us)});
}

}  // namespace

void write_player_vectors(const std::filesystem::path& folder) {
    VectorFile json;
    json.member(
        "about",
        std::string_view{
            "device: [block, blocks, rate, local ns of the first, blocks between accounts, one "
            "frame "
            "of so many is kept]; clocks: [block, media ns then], skew -40 ppm; commands: [block, "
            "PlayerCommand::Kind, stream, dB, fade ms]; packets: [block, stream, epoch, sequence, "
            "media, programme, tone or -1]; accounts: [block, received, late, lost, duplicate, "
            "concealed, reanchors, media, programme, epoch, playing, buffer ms, ppm, p50, p99 "
            "us]"});
    const std::vector<Arriving> packets = arrivals();
    const std::vector<Timed> posted = commands();
    write_inputs(json, packets, posted);
    json.close();
    json.open("accounts", '[');
    Player player({.device_latency = std::chrono::milliseconds{0}});
    audio::Block out(2, kBlock);
    std::vector<float> kept;
    std::size_t packet = 0;
    for (int block = 0; block < kBlocks; ++block) {
        if (block == 0 || block == 375) {
            player.set_clock(clock_of(kMediaNs + (block == 0 ? 0 : 30'000'000)));
        }
        for (const Timed& timed : posted) {
            if (timed.block == block) {
                (void)player.post(timed.command);
            }
        }
        for (; packet < packets.size() && packets[packet].block <= block; ++packet) {
            (void)player.push_packet(packets[packet].packet);
        }
        const std::int64_t first_ns = kLocalNs + std::llround(block * kBlock / kRate * 1e9);
        player.render(out.view(), {LocalInstant{std::chrono::nanoseconds{first_ns}}, kRate});
        for (int n = 0; n < kBlock; ++n) {
            const int frame = block * kBlock + n;
            if (frame % kKeep == 0) {
                kept.push_back(out.channel(frame / kKeep % 2)[static_cast<std::size_t>(n)]);
            }
        }
        if (block % kStatsBlocks == 0) {
            write_account(json, block, player.stats());
        }
    }
    write_floats(folder / "player.f32", kept);
    write_text(folder / "player.json", json.finish());
}

}  // namespace earshot::test
