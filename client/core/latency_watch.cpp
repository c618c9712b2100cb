#include "client/core/latency_watch.hpp"

namespace earshot::client {

std::optional<std::chrono::microseconds> LatencyWatch::look(std::uint64_t jumps,
                                                            std::chrono::microseconds latency,
                                                            LocalInstant now) noexcept {
    if (jumps != jumps_) {
        jumps_ = jumps;
        jumped_ = now;
        return std::nullopt;
    }
    if (!jumped_) {
        before_ = latency;
        return std::nullopt;
    }
    if (now - *jumped_ < kSettle) {
        return std::nullopt;
    }
    jumped_.reset();
    const std::chrono::microseconds change = latency - before_;
    before_ = latency;
    return change;
}

}  // namespace earshot::client
