#include "server/session/guess_limit.hpp"

#include <algorithm>

namespace earshot::session {
namespace {

using Now = GuessLimit::Now;
using std::chrono::nanoseconds;

[[nodiscard]] nanoseconds wait_of(Now full_at, nanoseconds one_in, int at_once, Now now) {
    return std::max(nanoseconds{0}, full_at - one_in * (at_once - 1) - now);
}

}  // namespace

nanoseconds GuessLimit::wait(std::string_view address, Now now) const {
    const nanoseconds all = wait_of(all_.full_at, kAllOneIn, kAllAtOnce, now);
    const auto found = addresses_.find(address);
    return found == addresses_.end()
               ? all
               : std::max(all, wait_of(found->second.full_at, kOneIn, kAtOnce, now));
}

void GuessLimit::wrong(std::string_view address, Now now) {
    all_.full_at = std::max(all_.full_at, now) + kAllOneIn;
    auto found = addresses_.find(address);
    if (found == addresses_.end()) {
        make_room(now);
        found = addresses_.emplace(address, Bucket{}).first;
    }
    found->second.full_at = std::max(found->second.full_at, now) + kOneIn;
}

void GuessLimit::make_room(Now now) {
    if (addresses_.size() < kAddresses) return;
    std::erase_if(addresses_, [&](const auto& entry) { return entry.second.full_at <= now; });
    if (addresses_.size() < kAddresses) return;
    // All of them still wait: the one that is through first goes. The limit for all stands.
    addresses_.erase(std::ranges::min_element(
        addresses_, {}, [](const auto& entry) { return entry.second.full_at; }));
}

}  // namespace earshot::session
