#pragma once

#include "client/tools/load_histogram.hpp"
#include "common/base/time.hpp"
#include "common/wire/packet.hpp"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace earshot::load {

/// What one listener lacks, by the packets' own numbers. Around a change of epoch the packets of
/// two epochs come in turn: each is counted by itself. A packet that comes after later ones is no
/// longer missing.
/// Thread: one owner.
class SequenceCheck {
public:
    /// @return packets newly missing before this one (0 when all is well).
    std::uint32_t take(const wire::PacketStamp& stamp);
    [[nodiscard]] std::uint64_t received() const noexcept { return received_; }
    [[nodiscard]] std::uint64_t missing() const noexcept { return missing_; }
    /// Came after a later one.
    [[nodiscard]] std::uint64_t repaired() const noexcept { return repaired_; }
    /// Came again.
    [[nodiscard]] std::uint64_t repeated() const noexcept { return repeated_; }
    /// The one that is heard last.
    [[nodiscard]] const wire::PacketStamp& newest() const noexcept { return newest_; }

private:
    /// Epochs that are under way at once: two lanes, and one that has just ended.
    static constexpr std::size_t kRuns = 4;
    /// Numbers of missing packets that are remembered.
    static constexpr std::uint32_t kRemembered = 256;
    struct Run {
        Epoch epoch{};
        std::uint32_t newest = 0;
        std::vector<std::uint32_t> missing;
    };
    static void remember(Run& run, std::uint32_t before, std::uint32_t gap);

    std::vector<Run> runs_;  ///< In the order in which they began here.
    MediaTime joined_at_{};  ///< When the first packet of the stream is heard.
    wire::PacketStamp newest_;
    std::uint64_t received_ = 0;
    std::uint64_t missing_ = 0;
    std::uint64_t repaired_ = 0;
    std::uint64_t repeated_ = 0;
};

/// The figures of all listeners of a load test together.
/// Thread: one owner.
struct Figures {
    Histogram margin_ms{-2'000.0, 12'000.0, 0.1};  ///< From arrival to presentation.
    Histogram spread_us{0.0, 1'000'000.0, 10.0};   ///< Same packet, first listener to last.
    Histogram join_ms{0.0, 60'000.0, 1.0};         ///< From dialling to the welcome.
    Histogram first_packet_ms{0.0, 60'000.0, 1.0};
    Histogram fit_bound_us{0.0, 100'000.0, 1.0};  ///< Of each listener's clock, at the end.
    Histogram round_trip_us{0.0, 1'000'000.0, 10.0};
    std::uint64_t late = 0;  ///< Arrived after their presentation time.
};

/// Follows each packet through all listeners. Thread: one owner.
class SpreadWatch {
public:
    /// A packet reached one more listener.
    void take(const wire::PacketStamp& stamp, LocalInstant received);
    /// Closes packets that nobody has received for a second. @param into  Takes their spreads.
    void expire(LocalInstant now, Histogram& into);

private:
    struct Span {
        LocalInstant first;
        LocalInstant last;
        std::uint32_t listeners = 0;
    };
    std::unordered_map<std::uint64_t, Span> open_;
};

}  // namespace earshot::load
