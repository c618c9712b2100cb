#pragma once

#include "common/base/time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace earshot::client {

/// Notices when a running device's latency changes at once (Bluetooth connects, the route changes),
/// and by how much: what was calibrated for it holds no more.
/// Thread: one owner. Pure: time comes in with the calls.
class LatencyWatch {
public:
    /// Reports settle for so long after a jump before they are compared.
    static constexpr std::chrono::seconds kSettle{1};

    /// Call often. @param jumps, latency  As the sink has them.
    /// @return by how much the latency changed, once for each change.
    [[nodiscard]] std::optional<std::chrono::microseconds> look(std::uint64_t jumps,
                                                                std::chrono::microseconds latency,
                                                                LocalInstant now) noexcept;

private:
    std::uint64_t jumps_ = 0;
    std::chrono::microseconds before_{0};
    std::optional<LocalInstant> jumped_;
};

}  // namespace earshot::client
