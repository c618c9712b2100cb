#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace earshot::client {

/// Limits of a Backoff.
struct BackoffSettings {
    std::chrono::milliseconds first{250};      ///< Longest wait after the first failure.
    std::chrono::milliseconds longest{8'000};  ///< The doubling ends here.
};

/// How long to wait before the next attempt to connect: exponential with full jitter, so that a
/// room of listeners does not come back in one instant.
///
/// Source: M. Brooker, "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015), full jitter.
/// Thread: one owner.
class Backoff {
public:
    /// @param seed  Different for every listener, the same in a test.
    explicit Backoff(std::uint64_t seed, const BackoffSettings& settings = {});

    /// The wait after one more failure: 0 to min(longest, first * 2^failures), never less than the
    /// time the server asked for.
    /// @param at_least  From the server's Bye; at most one hour of it is honoured.
    [[nodiscard]] std::chrono::milliseconds next(std::chrono::milliseconds at_least = {});

    /// A connection held: the next failure is the first again.
    void reset() noexcept { ceiling_ = settings_.first; }

private:
    BackoffSettings settings_;
    std::chrono::milliseconds ceiling_;
    std::mt19937_64 random_;
};

}  // namespace earshot::client
