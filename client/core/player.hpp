#pragma once

#include "common/audio/ports.hpp"
#include "common/base/strong_id.hpp"
#include "common/sync/clock_model.hpp"
#include "common/wire/packet.hpp"

#include <cstdint>
#include <memory>

namespace earshot::client {

/// How a player is set up; fixed for its life.
struct PlayerConfig {
    /// Calibrated, DAC to ear; added to the sink's report.
    std::chrono::nanoseconds device_latency{0};
    double level_cap_dbfs = 0.0;  ///< Largest sample that leaves, 0 to -60.
    double volume_db = 0.0;       ///< Listener's own volume, -60 to 0.
};

/// What the network thread asks of the device thread. All are local gain ramps or routing.
struct PlayerCommand {
    enum class Kind : std::uint8_t {
        follow,     ///< play `stream`; cross-fade if both have audio for the same media time
        panic,      ///< silence within 50 ms, then the objective `stream` at the cap
        silence,    ///< silence within 50 ms, and stay
        all_clear,  ///< back to `stream` within fade_ms
        volume,     ///< value_db
        level_cap,  ///< value_db (dBFS)
    };
    Kind kind = Kind::follow;
    StreamId stream{};
    float value_db = 0.0F;
    std::uint32_t fade_ms = 0;
};

/// The player's own account. Counters since construction; errors over the last 2 s.
struct PlayerStats {
    std::uint64_t packets_received = 0;
    std::uint64_t packets_late = 0;  ///< Came after their presentation time.
    std::uint64_t packets_lost = 0;  ///< Never came, or too late.
    std::uint64_t packets_duplicate = 0;
    std::uint64_t frames_concealed = 0;  ///< Made by PLC, or silence instead of a packet.
    std::uint32_t reanchors = 0;
    std::uint64_t device_jumps = 0;  ///< Of the sink (AudioSink::latency_jumps); see PlayerAudio.
    float error_p50_us = 0.0F;       ///< |presentation error|, over the last 2 s.
    float error_p99_us = 0.0F;
    float error_max_us = 0.0F;
    float error_mean_us = 0.0F;  ///< With its sign; positive is late.
    float correction_ppm = 0.0F;
    float buffer_ms = 0.0F;  ///< Audio held, from the DAC's position on.
    MediaTime media{};       ///< Frame at the DAC now.
    ProgrammeTime programme{};
    Epoch epoch{};
    bool playing = false;  ///< Programme audio leaves, in step.
};

/// One block of decoded audio, before drift correction and gains: for proof that all listeners
/// decode the same samples.
struct DecodedBlock {
    wire::PacketStamp stamp;
    bool concealed = false;
    float samples[2][960];  // NOLINT(modernize-avoid-c-arrays): shape [2][960]
};

/// A listener's audio: jitter buffer, decoder with PLC, drift corrector, local gains, level cap.
class Player final : public audio::PlaybackCallback {
public:
    explicit Player(const PlayerConfig& config);
    ~Player() override;
    Player(const Player&) = delete;
    Player& operator=(const Player&) = delete;

    /// Hands over a received packet. Thread: network. Real-time: yes.
    /// @return false if the ring is full; the packet is counted as lost.
    bool push_packet(const wire::PacketSlot& packet) noexcept;
    /// Publishes the newest clock model. Thread: network. Real-time: yes.
    void set_clock(const sync::ClockModel& model) noexcept;
    /// Thread: network. Real-time: yes. @return false if too many wait.
    bool post(const PlayerCommand& command) noexcept;
    /// The newest account, refreshed about every 50 ms of audio. Thread: network.
    [[nodiscard]] PlayerStats stats() noexcept;
    /// Takes decoded blocks out for a recording, if enabled. Thread: network (or one other).
    /// @return false if there is none.
    bool pop_decoded(DecodedBlock& block) noexcept;
    /// Starts filling the ring behind pop_decoded(). Call before start-up.
    void enable_decoded_tap();

    /// See PlaybackCallback. Fills out with programme audio such that the frame at the DAC is the
    /// one whose presentation time it is; silence until the clock is known and audio is there.
    void render(audio::BlockView out, const audio::DacTime& dac_time) noexcept override;

private:
    class State;
    std::unique_ptr<State> state_;
};

}  // namespace earshot::client
