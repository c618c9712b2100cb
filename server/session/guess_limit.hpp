#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace earshot::session {

/// How often join codes may be guessed: five wrong ones at once from an address, then one in ten
/// seconds; of all addresses together 100 at once, then ten a second, which takes seven months for
/// all codes. Right codes cost nothing, but wait like wrong ones once an address has spent its
/// guesses: else the answer would tell which was right.
/// Thread: one owner. Pure: time is what the caller says it is. Memory is bounded.
class GuessLimit {
public:
    using Now = std::chrono::steady_clock::time_point;

    static constexpr int kAtOnce = 5;
    static constexpr std::chrono::seconds kOneIn{10};
    static constexpr int kAllAtOnce = 100;
    static constexpr std::chrono::milliseconds kAllOneIn{100};
    /// Addresses remembered; beyond, those forgotten first that have nothing to wait for.
    static constexpr std::size_t kAddresses = 4'096;

    /// How long this address has to wait until its next try counts; zero if it may try now.
    /// @param address  As it is counted (an IPv6 /64 is one).
    [[nodiscard]] std::chrono::nanoseconds wait(std::string_view address, Now now) const;
    /// It tried, and the code was wrong.
    void wrong(std::string_view address, Now now);

private:
    /// The generic cell rate algorithm (ITU-T I.371, annex A): when all guesses are there again.
    struct Bucket {
        Now full_at{};
    };
    void make_room(Now now);

    std::map<std::string, Bucket, std::less<>> addresses_;
    Bucket all_;
};

}  // namespace earshot::session
