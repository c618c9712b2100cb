#pragma once

#include "common/base/time.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace earshot::client {

/// Share of packets that were missing, over the last 4 s in steps of half a second.
/// Thread: one owner. Pure: time is what the caller says it is.
class LossShare {
public:
    void expect(std::uint32_t packets, LocalInstant now) noexcept {
        slice(now).expected += packets;
    }
    void miss(LocalInstant now) noexcept { ++slice(now).missing; }

    /// 0 to 1000.
    [[nodiscard]] std::uint32_t permille(LocalInstant now) noexcept {
        slice(now);
        std::uint64_t expected = 0;
        std::uint64_t missing = 0;
        for (const Slice& one : slices_) {
            expected += one.expected;
            missing += one.missing;
        }
        return expected == 0 ? 0
                             : static_cast<std::uint32_t>(std::min<std::uint64_t>(
                                   1'000, (missing * 1'000 + expected / 2) / expected));
    }

private:
    static constexpr std::size_t kSlices = 8;
    static constexpr std::chrono::milliseconds kSlice{500};
    struct Slice {
        std::uint32_t expected = 0;
        std::uint32_t missing = 0;
    };

    Slice& slice(LocalInstant now) noexcept {
        const std::int64_t number = now.time_since_epoch() / kSlice;
        if (number > newest_ + static_cast<std::int64_t>(kSlices)) {
            slices_ = {};
            newest_ = number;
        }
        while (newest_ < number) {
            ++newest_;
            at(newest_) = {};
        }
        return at(newest_);
    }
    [[nodiscard]] Slice& at(std::int64_t number) noexcept {
        return slices_[static_cast<std::uint64_t>(number) % kSlices];
    }

    std::array<Slice, kSlices> slices_{};
    std::int64_t newest_ = 0;
};

}  // namespace earshot::client
