#include "server/render/lead_follower.hpp"

#include <algorithm>
#include <cstdlib>

namespace earshot::render {

void LeadFollower::tick() noexcept {
    const Frames missing = asked_ - lead_;
    if (!live_) {
        lead_ += std::min(missing, kPacketFrames);
        return;
    }
    ease(missing.count());
    lead_ += Frames{pace_};
}

void LeadFollower::ease(std::int64_t missing) noexcept {
    if (until_step_ > 0) --until_step_;
    if (missing == 0 && std::abs(pace_) <= 1) {
        pace_ = 0;
        return;
    }
    const std::int64_t distance = std::abs(missing);
    const std::int64_t most = std::clamp<std::int64_t>(distance / kEasing, 1, kMostPace);
    const std::int64_t wanted = missing == 0 ? 0 : (missing > 0 ? most : -most);
    if (wanted == pace_ || until_step_ > 0) return;
    pace_ += wanted > pace_ ? 1 : -1;
    until_step_ = kTicksAStep;
}

}  // namespace earshot::render
