// CPU time of each stage per second of stereo sound: one iteration is one second.
#include "client/core/player.hpp"
#include "common/audio/block.hpp"
#include "common/audio/resampler.hpp"
#include "common/codec/opus_decoder.hpp"
#include "common/codec/opus_encoder.hpp"
#include "common/dsp/chain/hearing_chain.hpp"
#include "common/wire/bundle.hpp"
#include "tests/bench/one_second.hpp"
#include "tests/support/hearing_states.hpp"
#include "tests/support/signals.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>
#include <vector>

namespace earshot {
namespace {

constexpr int kPacket = 960;
constexpr int kPacketsPerSecond = 50;

std::vector<wire::PacketSlot> encoded_second() {
    codec::OpusEncoder encoder;
    std::vector<wire::PacketSlot> packets;
    for (const audio::Block& block : test::one_second()) {
        wire::PacketSlot packet;
        packet.size =
            static_cast<std::uint16_t>(encoder.encode(block.view(), packet.payload).value());
        packets.push_back(packet);
    }
    return packets;
}

void hearing_chain(benchmark::State& bench, const std::string& id) {
    const dsp::StatePtr state = test::state(id);
    dsp::HearingChain chain;
    chain.start({.state = state.get()});
    const std::vector<audio::Block> input = test::one_second();
    audio::Block output(2, kPacket);
    for (auto _ : bench) {
        for (const audio::Block& block : input) {
            chain.process(block.view(), output.view());
        }
        benchmark::DoNotOptimize(output.view().data());
    }
}

/// A chain that is always in the middle of a change.
void hearing_chain_changing(benchmark::State& bench, const char* one, const char* other) {
    const dsp::StatePtr a = test::state(one);
    const dsp::StatePtr b = test::state(other);
    dsp::HearingChain chain;
    chain.start({.state = a.get()});
    const std::vector<audio::Block> input = test::one_second();
    audio::Block output(2, kPacket);
    bool to_b = true;
    for (auto _ : bench) {
        chain.change({.target = to_b ? b.get() : a.get(), .fade = std::chrono::seconds{1}}, 0);
        to_b = !to_b;
        for (const audio::Block& block : input) {
            chain.process(block.view(), output.view());
        }
    }
}
BENCHMARK_CAPTURE(hearing_chain_changing, full_and_muffled_inner, "full", "muffled_inner")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(hearing_chain_changing, snhl_mild_and_severe, "snhl_mild", "snhl_severe")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(hearing_chain_changing, sudden_loss_and_ci_day1, "sudden_loss", "ci_day1")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(hearing_chain_changing, ci_day1_and_ci_adapted, "ci_day1", "ci_adapted")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(hearing_chain_changing, snhl_severe_and_bimodal, "snhl_severe", "bimodal")
    ->Unit(benchmark::kMillisecond);

void opus_encoder(benchmark::State& bench) {
    codec::OpusEncoder encoder({.bitrate_bps = static_cast<int>(bench.range(0)) * 1'000});
    const std::vector<audio::Block> input = test::one_second();
    std::vector<std::byte> payload(codec::kMaxOpusBytes);
    for (auto _ : bench) {
        for (const audio::Block& block : input) {
            benchmark::DoNotOptimize(encoder.encode(block.view(), payload));
        }
    }
}
BENCHMARK(opus_encoder)->Arg(48)->Arg(64)->Arg(96)->Arg(128)->Unit(benchmark::kMillisecond);

void opus_decoder(benchmark::State& bench) {
    const std::vector<wire::PacketSlot> packets = encoded_second();
    codec::OpusDecoder decoder;
    audio::Block output(2, kPacket);
    for (auto _ : bench) {
        for (const wire::PacketSlot& packet : packets) {
            benchmark::DoNotOptimize(decoder.decode(packet.bytes(), output.view()));
        }
    }
}
BENCHMARK(opus_decoder)->Unit(benchmark::kMillisecond);

void resampler_100_ppm(benchmark::State& bench) {
    const audio::PolyphaseResampler resampler(2);
    const test::Audio sound = test::busy_programme(kSampleRateHz, 2, 1.0, 2);
    audio::Block input(2, kPacket + audio::PolyphaseResampler::kTaps + 2);
    for (int channel = 0; channel < 2; ++channel) {
        const std::span<float> to = input.channel(channel);
        std::copy_n(sound.channel(static_cast<std::size_t>(channel)).begin(), to.size(),
                    to.begin());
    }
    audio::Block output(2, kPacket);
    for (auto _ : bench) {
        for (int packet = 0; packet < kPacketsPerSecond; ++packet) {
            resampler.process(input.view(), audio::PolyphaseResampler::kTaps / 2.0 + 0.3, 1.0001,
                              output.view());
        }
        benchmark::DoNotOptimize(output.view().data());
    }
}
BENCHMARK(resampler_100_ppm)->Unit(benchmark::kMillisecond);

/// A whole listener's audio side: jitter buffer, decoder, drift corrector, gains.
void player(benchmark::State& bench) {
    const std::vector<wire::PacketSlot> packets = encoded_second();
    client::Player player({});
    sync::ClockModel clock;
    clock.valid = true;
    player.set_clock(clock);
    constexpr int kPeriod = 480;
    audio::Block output(2, kPeriod);
    std::int64_t pushed = 0;
    std::int64_t played = 0;
    for (auto _ : bench) {
        for (int period = 0; period < kSampleRateHz / kPeriod; ++period) {
            while (pushed * kPacket < played + kSampleRateHz / 2) {
                wire::PacketSlot packet =
                    packets[static_cast<std::size_t>(pushed) % packets.size()];
                packet.stamp.sequence = static_cast<std::uint32_t>(pushed);
                packet.stamp.media = MediaTime{Frames{pushed * kPacket}};
                packet.stamp.programme = ProgrammeTime{Frames{pushed * kPacket}};
                player.push_packet(packet);
                ++pushed;
            }
            player.render(
                output.view(),
                {LocalInstant{to_instant(MediaTime{Frames{played}}).time_since_epoch()}, 48'000.0});
            played += kPeriod;
        }
    }
    const client::PlayerStats stats = player.stats();
    if (!stats.playing || stats.packets_lost > 0) {
        bench.SkipWithError("the player does not play");
    }
}
BENCHMARK(player)->Unit(benchmark::kMillisecond);

/// Parsing what one second brings, two packets a bundle.
void bundle_parser(benchmark::State& bench) {
    const std::vector<wire::PacketSlot> packets = encoded_second();
    std::vector<std::vector<std::byte>> bundles;
    for (std::size_t n = 0; n + 1 < packets.size(); n += 2) {
        const std::vector<const wire::PacketSlot*> pair = {&packets[n], &packets[n + 1]};
        wire::append_bundle(pair, bundles.emplace_back());
    }
    for (auto _ : bench) {
        for (const std::vector<std::byte>& bundle : bundles) {
            benchmark::DoNotOptimize(wire::parse_bundle(bundle));
        }
    }
}
BENCHMARK(bundle_parser)->Unit(benchmark::kMicrosecond);

/// One benchmark for each state there is.
const bool kChainsRegistered = [] {
    for (const dsp::HearingStateCard& card : test::state_cards()) {
        benchmark::RegisterBenchmark(
            ("hearing_chain/" + card.id).c_str(),
            [id = card.id](benchmark::State& bench) { hearing_chain(bench, id); })
            ->Unit(benchmark::kMillisecond);
    }
    return true;
}();

}  // namespace
}  // namespace earshot
