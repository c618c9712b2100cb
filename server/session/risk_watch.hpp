#pragma once

#include "common/base/clock.hpp"
#include "common/base/time.hpp"
#include "server/session/listener_report.hpp"

#include <cstdint>
#include <string_view>

namespace earshot::session {

/// Why a listener may soon have a gap, or has just had one; the worst that holds.
enum class Risk : std::uint8_t {
    none,
    delay,   ///< The network's round trip takes up half of the time packets are sent ahead.
    buffer,  ///< It holds hardly more than what is due.
    error,   ///< It plays more than 20 ms off.
    device,  ///< Its device's latency changed: what was calibrated holds no more.
    silent,  ///< Connected, but it does not report.
    late,    ///< Packets came too late.
    gaps,    ///< Packets were lost, or sound was made up.
};

/// "none", "delay" …
[[nodiscard]] std::string_view to_string(Risk risk) noexcept;

/// More lead would help.
[[nodiscard]] constexpr bool is_of_the_network(Risk risk) noexcept {
    return risk == Risk::gaps || risk == Risk::late || risk == Risk::buffer || risk == Risk::delay;
}

/// Says of one listener whether it is at risk, from what it reports every 2 s.
///
/// What counts grows is believed at once and held for 10 s (a device's jump for 60 s). What is
/// measured counts when two reports in a row are bad, and no more when three in a row are good:
/// at a turn of a loop one report can show a small buffer.
/// Thread: one owner (control). Pure: time comes in with the calls.
class RiskWatch {
public:
    static constexpr std::chrono::seconds kHold{10};
    static constexpr std::chrono::seconds kDeviceHold{60};
    static constexpr std::chrono::seconds kSilence{6};  ///< Three reports.

    /// It has (re)connected.
    void connected(MediaInstant now) noexcept;
    /// @param ahead  How much earlier than due packets leave the server.
    void told(const ListenerReport& report, Frames ahead, MediaInstant now) noexcept;
    /// @pre it is connected
    [[nodiscard]] Risk at(MediaInstant now) const noexcept;

private:
    /// Two bad ones in a row set it, three good ones clear it.
    class Slow {
    public:
        void take(bool bad, bool good) noexcept;
        [[nodiscard]] bool set() const noexcept { return set_; }

    private:
        bool set_ = false;
        int bad_ = 0;
        int good_ = 0;
    };
    struct Counts {
        std::uint64_t late = 0;
        std::uint64_t gaps = 0;
        std::uint64_t jumps = 0;
    };

    bool any_ = false;
    Counts counts_;
    MediaInstant heard_of_{};
    MediaInstant late_until_{};
    MediaInstant gaps_until_{};
    MediaInstant device_until_{};
    Slow buffer_;
    Slow delay_;
    Slow error_;
};

}  // namespace earshot::session
