#include "common/dsp/chain/standing.hpp"

#include "common/dsp/chain/prepared_state.hpp"

#include <algorithm>

namespace earshot::dsp {

RingingTime Standing::ringing_of(const Transition& to, Frames elapsed) const noexcept {
    // What is still heard goes on ringing as it does.
    bool heard = true;
    for (std::size_t i = fade_count; i-- > 0 && heard;) {
        if (fades[i].to.target == to.target) {
            return fades[i].ringing;
        }
        heard = fades[i].elapsed - elapsed < fades[i].to.fade;
    }
    if (heard && state == to.target) {
        return ringing;
    }
    RingingTime time{elapsed, elapsed};
    for (std::size_t ear = 0; ear < time.size(); ++ear) {
        if (target()->rings(ear)) {
            time[ear] = target_ringing()[ear];
        }
    }
    return time;
}

void Standing::add(const Transition& to, Frames elapsed) noexcept {
    const RingingTime time = ringing_of(to, elapsed);
    if (fade_count == kMostFades) {
        state = fades.front().to.target;
        ringing = fades.front().ringing;
        std::move(fades.begin() + 1, fades.end(), fades.begin());
        --fade_count;
    }
    fades[fade_count++] = {to, elapsed, time};
}

void Standing::advance(Frames by) noexcept {
    const auto later = [by](RingingTime& time) {
        for (Frames& ear : time) ear += by;
    };
    later(ringing);
    for (std::size_t i = 0; i < fade_count; ++i) {
        fades[i].elapsed += by;
        later(fades[i].ringing);
    }
}

Standing Standing::settled() const noexcept {
    return {.state = target(), .ringing = target_ringing(), .still = true};
}

}  // namespace earshot::dsp
