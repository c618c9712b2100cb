#include "client/core/backoff.hpp"

#include <algorithm>
#include <stdexcept>

namespace earshot::client {

Backoff::Backoff(std::uint64_t seed, const BackoffSettings& settings)
    : settings_(settings), ceiling_(settings.first), random_(seed) {
    if (settings.first <= std::chrono::milliseconds{0} || settings.longest < settings.first) {
        throw std::invalid_argument("back-off needs 0 < first <= longest");
    }
}

std::chrono::milliseconds Backoff::next(std::chrono::milliseconds at_least) {
    // By hand, not by std::uniform_int_distribution: the same seed gives the same waits everywhere.
    const auto span = static_cast<std::uint64_t>(ceiling_.count()) + 1;
    const std::chrono::milliseconds jittered{static_cast<std::int64_t>(random_() % span)};
    ceiling_ = std::min(ceiling_ * 2, settings_.longest);
    const auto asked = std::clamp(at_least, std::chrono::milliseconds{0},
                                  std::chrono::milliseconds{std::chrono::hours{1}});
    // A time that the server named is the same for all of its listeners: the jitter goes on top.
    return asked + jittered;
}

}  // namespace earshot::client
