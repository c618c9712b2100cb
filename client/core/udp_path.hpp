#pragma once

#include "common/base/time.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

namespace earshot::client {

/// Decides whether media and clock go by UDP: probes, uses, falls back, and goes back.
///
/// Until the first acknowledgement, and after a fall-back, probes look for a path: 5 in the first
/// second, then every 2 s, growing to 10 s. The first time one acknowledgement is enough; after a
/// fall-back it takes three in a row. While UDP is used, silence is asked about with probes; what
/// answers nothing for silent_limit() is given up; if it is heard again soon after, it had only
/// stalled, as radios do, and is used again at once.
/// Thread: one owner. Pure: time is what the caller says it is.
class UdpPath {
public:
    static constexpr int kStartProbes = 5;
    static constexpr std::chrono::milliseconds kStartSpacing{200};
    static constexpr std::chrono::milliseconds kProbePeriod{2'000};
    static constexpr std::chrono::milliseconds kLongestPeriod{10'000};
    /// Acknowledgements in a row that lead back after a fall-back.
    static constexpr int kAcksToReturn = 3;
    /// Shortest silence that is given up, while audio is due.
    static constexpr std::chrono::milliseconds kShortestSilence{250};
    /// The same while none is: a burst of exchanges comes every 2 s.
    static constexpr std::chrono::milliseconds kIdleSilence{3'000};
    /// What is heard so soon after a fall-back ends it.
    static constexpr std::chrono::milliseconds kStallEnds{1'000};

    /// A way was offered: starts to probe it.
    /// @param lead  How far ahead audio comes.
    void begin(LocalInstant now, std::chrono::milliseconds lead) noexcept;
    /// The way is gone.
    void end() noexcept;

    /// A datagram came that only the server can have sent.
    void heard(LocalInstant now) noexcept;
    /// Likewise, and it acknowledges a probe. Inventions and repetitions count as heard() only.
    void acknowledged(std::uint64_t nonce, LocalInstant now) noexcept;

    /// Looks at what time it is: falls back if UDP has been silent for too long.
    /// @param audio_due  Audio is expected now.
    /// @return the nonce of a probe to send now, if one is due.
    [[nodiscard]] std::optional<std::uint64_t> tick(LocalInstant now, bool audio_due) noexcept;
    /// When to tick() next; max if there is no need.
    [[nodiscard]] LocalInstant next_due() const noexcept;

    [[nodiscard]] bool offered() const noexcept { return state_ != State::off; }
    /// Media and clock go by UDP.
    [[nodiscard]] bool in_use() const noexcept { return state_ == State::in_use; }
    /// Ways given up so far.
    [[nodiscard]] std::uint64_t fallbacks() const noexcept { return fallbacks_; }
    /// From the newest probe that was answered; zero before.
    [[nodiscard]] std::chrono::nanoseconds round_trip() const noexcept { return round_trip_; }
    /// Silence that is given up.
    [[nodiscard]] std::chrono::nanoseconds silent_limit() const noexcept;

private:
    enum class State : std::uint8_t {
        off,
        probing,  ///< Not used yet: one acknowledgement is enough.
        in_use,
        returning,  ///< Was given up: several are needed.
    };
    /// Probes that an acknowledgement may still be for.
    static constexpr std::size_t kRemembered = 8;
    struct Probe {
        std::uint64_t nonce = 0;  ///< 0: none, or answered.
        LocalInstant sent{};
    };
    [[nodiscard]] std::uint64_t probe(LocalInstant now) noexcept;
    void use(LocalInstant now) noexcept;
    void give_up(LocalInstant now) noexcept;
    [[nodiscard]] std::optional<std::uint64_t> look_after(LocalInstant now) noexcept;

    State state_ = State::off;
    std::array<Probe, kRemembered> probes_{};
    std::uint64_t last_nonce_ = 0;
    std::uint64_t last_acknowledged_ = 0;
    LocalInstant last_answer_{};
    int left_at_start_ = 0;
    int acks_in_row_ = 0;
    std::chrono::nanoseconds period_{kProbePeriod};
    std::chrono::nanoseconds lead_{0};
    LocalInstant next_probe_{};
    LocalInstant last_heard_{};
    LocalInstant gave_up_{};
    LocalInstant last_tick_{};
    bool audio_due_ = false;
    std::chrono::nanoseconds round_trip_{0};
    std::uint64_t fallbacks_ = 0;
};

}  // namespace earshot::client
