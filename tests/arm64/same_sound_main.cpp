// Shows how far the sound of two machines is apart. tests/arm64/run calls it on both.
//
//   make PROGRAMME.wav PACKETS     a programme, and the packets a server would send of it
//   listen PACKETS DECODED HEARD   what a listener makes of them, on a crystal 37 ppm fast
//   compare A.wav B.wav DBFS       fails if any two samples are further apart than that
#include "client/core/player.hpp"
#include "common/audio/audio_file.hpp"
#include "common/audio/block.hpp"
#include "common/codec/opus_decoder.hpp"
#include "common/codec/opus_encoder.hpp"
#include "common/wire/bundle.hpp"
#include "tests/support/journal.hpp"
#include "tests/support/signals.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace earshot {
namespace {

constexpr int kPacket = 960;
constexpr int kPeriod = 480;
constexpr double kSeconds = 10.0;
constexpr double kDeviceHz = 48e3 * (1.0 + 37e-6);
constexpr std::int64_t kLead = 19'200;  // 400 ms

audio::WavWriter wav(const std::string& path) {
    return {path, kSampleRateHz, 2, audio::WavFormat::float32};
}

void put(audio::WavWriter& to, audio::ConstBlockView block) {
    if (!to.write(block)) {
        throw std::runtime_error("cannot write the sound");
    }
}

/// As the journal of a server: a length and a bundle, again and again.
void make(const std::string& programme_file, const std::string& packet_file) {
    const test::Audio programme = test::busy_programme(kSampleRateHz, 2, kSeconds, 41);
    audio::WavWriter sound = wav(programme_file);
    std::ofstream journal(packet_file, std::ios::binary);
    codec::OpusEncoder encoder;
    audio::Block block(2, kPacket);
    std::vector<std::byte> bundle;
    const auto packets = static_cast<std::uint32_t>(programme.frames() / kPacket);
    for (std::uint32_t n = 0; n < packets; ++n) {
        for (int channel = 0; channel < 2; ++channel) {
            const auto from = programme.channel(static_cast<std::size_t>(channel))
                                  .subspan(std::size_t{n} * kPacket, kPacket);
            std::copy(from.begin(), from.end(), block.channel(channel).begin());
        }
        put(sound, block.view());
        wire::PacketSlot packet;
        packet.stamp.sequence = n;
        packet.stamp.media = MediaTime{Frames{std::int64_t{n} * kPacket}};
        packet.stamp.programme = ProgrammeTime{Frames{std::int64_t{n} * kPacket}};
        packet.size =
            static_cast<std::uint16_t>(encoder.encode(block.view(), packet.payload).value());
        const std::array<const wire::PacketSlot*, 1> one = {&packet};
        bundle.clear();
        wire::append_bundle(one, bundle);
        for (int byte = 0; byte < 4; ++byte) {
            journal.put(static_cast<char>(bundle.size() >> (8 * byte)));
        }
        journal.write(reinterpret_cast<const char*>(bundle.data()),
                      static_cast<std::streamsize>(bundle.size()));
    }
    if (!sound.close() || !journal.flush()) {
        throw std::runtime_error("cannot complete the files");
    }
}

wire::PacketSlot slot_of(const test::JournalPacket& from) {
    wire::PacketSlot packet;
    packet.stamp = from.stamp;
    packet.size = static_cast<std::uint16_t>(from.payload.size());
    std::copy(from.payload.begin(), from.payload.end(), packet.payload.begin());
    return packet;
}

void listen(const std::string& packet_file,
            const std::string& decoded_file,
            const std::string& heard_file) {
    const std::vector<test::JournalPacket> packets = test::read_journal(packet_file);
    audio::WavWriter decoded = wav(decoded_file);
    codec::OpusDecoder decoder;
    audio::Block block(2, kPacket);
    for (const test::JournalPacket& packet : packets) {
        (void)decoder.decode(packet.payload, block.view());
        put(decoded, block.view());
    }

    client::Player player({});
    sync::ClockModel clock;
    clock.valid = true;
    player.set_clock(clock);
    audio::WavWriter heard = wav(heard_file);
    audio::Block period(2, kPeriod);
    std::size_t next = 0;
    const auto end = static_cast<std::int64_t>(packets.size()) * kPacket - kLead;
    for (std::int64_t frame = 0; frame < end; frame += kPeriod) {
        for (;
             next < packets.size() && packets[next].stamp.media < MediaTime{Frames{frame + kLead}};
             ++next) {
            player.push_packet(slot_of(packets[next]));
        }
        const double local_ns = static_cast<double>(frame) / kDeviceHz * 1e9;
        player.render(period.view(),
                      {LocalInstant{std::chrono::nanoseconds{std::llround(local_ns)}}, kDeviceHz});
        put(heard, period.view());
    }
    const client::PlayerStats stats = player.stats();
    if (!stats.playing || stats.packets_lost > 0 || !decoded.close() || !heard.close()) {
        throw std::runtime_error("the listener does not play as it should");
    }
    std::cout << "listened to " << packets.size() << " packets, correction " << stats.correction_ppm
              << " ppm\n";
}

std::vector<float> samples_of(audio::AudioFile& file) {
    std::vector<float> samples(static_cast<std::size_t>(file.facts().frames) *
                               static_cast<std::size_t>(file.channels()));
    if (!file.read(0, samples)) {
        throw std::runtime_error("cannot read a sound file");
    }
    return samples;
}

double dbfs(double value) {
    return 20.0 * std::log10(std::max(value, 1e-20));
}

bool compare(const std::string& one, const std::string& other, double limit_dbfs) {
    audio::AudioFile a(one);
    audio::AudioFile b(other);
    if (a.facts().frames != b.facts().frames || a.channels() != b.channels() ||
        a.facts().frames < kSampleRateHz) {
        throw std::runtime_error(one + " and " + other + " are not of one length, or too short");
    }
    const std::vector<float> left = samples_of(a);
    const std::vector<float> right = samples_of(b);
    double most = 0.0;
    double peak = 0.0;
    for (std::size_t n = 0; n < left.size(); ++n) {
        const double apart = std::abs(double{left[n]} - double{right[n]});
        most = apart <= most ? most : apart;  // Not a number counts.
        peak = std::max(peak, std::abs(double{left[n]}));
    }
    const bool good = most <= std::pow(10.0, limit_dbfs / 20.0) && dbfs(peak) > -30.0;
    std::cout << (good ? "passed: " : "FAILED: ");
    if (most > 0.0) {
        std::cout << "largest difference " << dbfs(most) << " dBFS (limit " << limit_dbfs << ")";
    } else {
        std::cout << "identical";
    }
    std::cout << ", peak " << dbfs(peak) << " dBFS, " << a.facts().frames << " frames\n";
    return good;
}

int run(std::span<char*> arguments) {
    const std::vector<std::string> words(arguments.begin(), arguments.end());
    const std::string what = words.size() > 1 ? words[1] : "";
    if (what == "make" && words.size() == 4) {
        make(words[2], words[3]);
    } else if (what == "listen" && words.size() == 5) {
        listen(words[2], words[3], words[4]);
    } else if (what == "compare" && words.size() == 5) {
        return compare(words[2], words[3], std::atof(words[4].c_str())) ? 0 : 1;
    } else {
        std::cerr << "usage: earshot-same-sound make PROGRAMME.wav PACKETS | listen PACKETS "
                     "DECODED.wav HEARD.wav | compare A.wav B.wav DBFS\n";
        return 2;
    }
    return 0;
}

}  // namespace
}  // namespace earshot

int main(int argc, char** argv) {
    try {
        return earshot::run({argv, static_cast<std::size_t>(argc)});
    } catch (const std::exception& error) {
        std::cerr << "earshot-same-sound: " << error.what() << '\n';
        return 1;
    }
}
