// Runs each block of the hearing engine, and a listener, for 0.2 s of sound, and then 0.1 s inside
// earshot_measured(), where valgrind's callgrind counts. Prints a name a line, in the order of
// callgrind's dumps. tests/bench/instructions.py runs it.
#include "client/core/player.hpp"
#include "common/audio/block.hpp"
#include "common/codec/opus_encoder.hpp"
#include "common/dsp/acoustic/acoustic_engine.hpp"
#include "common/dsp/chain/hearing_chain.hpp"
#include "common/dsp/implant/implant_engine.hpp"
#include "common/dsp/overlay/tinnitus.hpp"
#include "common/dsp/overlay/vibration.hpp"
#include "common/dsp/smearing/smearing_stage.hpp"
#include "common/dsp/true_peak_limiter.hpp"
#include "common/rt/realtime.hpp"
#include "tests/bench/one_second.hpp"
#include "tests/support/hearing_states.hpp"

#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

/// In place, at a programme position.
using Process = std::function<void(earshot::audio::BlockView, std::int64_t)>;

constexpr int kPacket = 960;
constexpr std::size_t kWarmUp = 10;
constexpr std::size_t kMeasured = 5;

void run(const Process& process, std::size_t first, std::size_t count) {
    static const std::vector<earshot::audio::Block> kInput = earshot::test::one_second();
    earshot::audio::Block work(2, kPacket);
    for (std::size_t packet = first; packet < first + count; ++packet) {
        earshot::audio::copy(kInput[packet].view(), work.view());
        process(work.view(), static_cast<std::int64_t>(packet) * kPacket);
    }
}

}  // namespace

/// A name that callgrind can be told.
extern "C" [[gnu::noinline]] void earshot_measured(const Process& process) {
    run(process, kWarmUp, kMeasured);
}

namespace earshot {
namespace {

void measure(const std::string& name, const Process& process) {
    run(process, 0, kWarmUp);
    earshot_measured(process);
    std::printf("%s\n", name.c_str());
}

void measure_acoustic() {
    const auto bank = std::make_shared<const dsp::GammatoneBank>();
    dsp::AcousticEarSettings loss;
    loss.sensory_hl = *dsp::standard_audiogram("N3");
    dsp::AcousticEarSettings all = loss;
    all.temporal_smearing = 0.5;
    all.fine_structure = 0.6;
    all.diplacusis_cents = 40.0;
    all.hyperacusis_slope = 1.4;
    const std::array<std::pair<const char*, dsp::AcousticEarSettings>, 2> kinds = {
        {{"bank", loss}, {"bank_with_everything", all}}};
    for (const auto& [name, ear] : kinds) {
        dsp::AcousticEngine engine(bank);
        engine.set(dsp::make_acoustic_parameters({.left = ear, .right = ear}, 1.0).value());
        measure(name,
                [&engine](audio::BlockView block, std::int64_t at) { engine.process(block, at); });
    }
}

void measure_smearing() {
    using Form = dsp::SmearingMatrix::Form;
    for (const Form form : {Form::dense, Form::banded}) {
        dsp::SmearingMatrices matrices(form);
        const dsp::EarSmearing ear{.broadening = dsp::broadening_of(dsp::SmearingDegree::severe),
                                   .amount = 1.0};
        dsp::SmearingStage stage;
        stage.set(dsp::make_smearing_parameters(ear, ear, 1.0, matrices));
        measure(form == Form::dense ? "smearing_dense" : "smearing_banded",
                [&stage](audio::BlockView block, std::int64_t at) { stage.process(block, at); });
    }
}

void measure_implants() {
    const std::vector<std::pair<const char*, dsp::ImplantSettings>> kinds = {
        {"implant_noise", dsp::noise_vocoder(22)},
        {"implant_sine", dsp::sine_vocoder(22)},
        {"implant_n_of_m", dsp::n_of_m()},
        {"implant_spiral", dsp::spiral(-8.0)},
        {"implant_day1", dsp::implant_day1()}};
    for (const auto& [name, settings] : kinds) {
        const auto engine = std::make_unique<dsp::ImplantEngine>();
        engine->take(dsp::ImplantRecipe::make(settings).value());
        measure(name,
                [&engine](audio::BlockView block, std::int64_t at) { engine->process(block, at); });
    }
}

void measure_overlays() {
    for (const auto& [name, kind] : {std::pair{"tinnitus_tone", dsp::TinnitusKind::tone},
                                     std::pair{"tinnitus_noise", dsp::TinnitusKind::narrow_band}}) {
        dsp::TinnitusSettings settings;
        settings.ears = {dsp::TinnitusEar{.kind = kind}, dsp::TinnitusEar{.kind = kind}};
        dsp::Tinnitus tinnitus({1, 2});
        tinnitus.set(dsp::make_tinnitus_parameters(settings)->parameters);
        measure(name, [&tinnitus](audio::BlockView block, std::int64_t at) {
            tinnitus.process(block, at);
        });
    }
    dsp::Vibration vibration;
    vibration.set({.stand_in = dsp::GlidingLevel::at(-12.0)});
    audio::Block felt(2, kPacket);
    std::array<dsp::HapticPoint, 8> points;
    measure("vibration", [&](audio::BlockView block, std::int64_t at) {
        vibration.process(block, at, felt.channel(0), felt.channel(1), points);
    });
    dsp::TruePeakLimiter limiter;
    measure("limiter",
            [&limiter](audio::BlockView block, std::int64_t) { limiter.process(block); });
}

void measure_chains() {
    for (const dsp::HearingStateCard& card : test::state_cards()) {
        const dsp::StatePtr state = test::state(card.id);
        dsp::HearingChain chain;
        chain.start({.state = state.get()});
        measure("chain_" + card.id,
                [&chain](audio::BlockView block, std::int64_t) { chain.process(block, block); });
    }
    const dsp::StatePtr severe = test::state("snhl_severe");
    const std::array<std::pair<const char*, dsp::StatePtr>, 3> morphs = {
        {{"morph_from_full", test::state("full")},
         {"morph_in_the_ear", test::state("snhl_mild")},
         {"morph_from_an_implant", test::state("ci_day1")}}};
    for (const auto& [name, from] : morphs) {
        dsp::HearingChain chain;
        chain.start(
            test::fading(from, {.target = severe.get(), .fade = Frames{48'000}}, Frames{9'600}));
        measure(name,
                [&chain](audio::BlockView block, std::int64_t) { chain.process(block, block); });
    }
}

/// A whole stereo listener but for its sockets and its device: packets of 96 kbit/s go in, and its
/// crystal is 100 ppm fast. @throws std::runtime_error  if it does not play.
void measure_listener() {
    codec::OpusEncoder encoder;
    std::vector<wire::PacketSlot> packets;
    for (const audio::Block& block : test::one_second()) {
        wire::PacketSlot& packet = packets.emplace_back();
        packet.size =
            static_cast<std::uint16_t>(encoder.encode(block.view(), packet.payload).value());
    }
    client::Player player({});
    sync::ClockModel clock;
    clock.valid = true;
    player.set_clock(clock);

    constexpr std::int64_t kAhead = 20;  // packets
    constexpr int kPeriod = 480;
    constexpr double kDeviceHz = 48e3 * (1.0 + 100e-6);
    std::int64_t pushed = 0;
    std::int64_t played = 0;
    const auto second_of_packets = static_cast<std::int64_t>(packets.size());
    const Process listen = [&](audio::BlockView block, std::int64_t) {
        for (; pushed * kPacket < played + kAhead * kPacket; ++pushed) {
            wire::PacketSlot& packet =
                packets[static_cast<std::size_t>(pushed % second_of_packets)];
            packet.stamp.sequence = static_cast<std::uint32_t>(pushed);
            packet.stamp.media = MediaTime{Frames{pushed * kPacket}};
            packet.stamp.programme = ProgrammeTime{Frames{pushed * kPacket}};
            player.push_packet(packet);
        }
        for (int first = 0; first < kPacket; first += kPeriod, played += kPeriod) {
            const double heard_ns = static_cast<double>(played) / kDeviceHz * 1e9;
            player.render(
                block.part(first, kPeriod),
                {LocalInstant{std::chrono::nanoseconds{std::llround(heard_ns)}}, kDeviceHz});
        }
    };
    audio::Block settling(2, kPacket);
    for (int packet = 0; packet < 8 * 50; ++packet) {
        listen(settling.view(), 0);
    }
    measure("listener", listen);
    const client::PlayerStats stats = player.stats();
    if (!stats.playing || stats.packets_lost > 0 || stats.correction_ppm > -90.0F) {
        throw std::runtime_error("the listener does not play as it should");
    }
}

}  // namespace
}  // namespace earshot

int main() {
    const earshot::rt::ScopedFlushDenormals flush;
    earshot::measure_acoustic();
    earshot::measure_smearing();
    earshot::measure_implants();
    earshot::measure_overlays();
    earshot::measure_chains();
    earshot::measure_listener();
    return 0;
}
