#pragma once

#include "common/base/time.hpp"

#include <cstdint>

namespace earshot::render {

/// Takes the lead from where it is to where it is asked to be, without a gap for anyone.
///
/// File mode: up by a packet a tick, so that the engine works half as fast again and not in one
/// burst; down at once, and the engine waits until it is due again. Live: the sound itself has to
/// come later or earlier, so the programme is played at most 4 frames in 960 (0.42 %) slower or
/// faster; the pace changes by a frame (1.8 cents) every 10 ticks.
/// Thread: one owner (engine). Real-time: yes. Pure.
class LeadFollower {
public:
    LeadFollower(Frames lead, bool live) noexcept : lead_(lead), asked_(lead), live_(live) {}

    void ask(Frames lead) noexcept { asked_ = lead; }
    /// A tick goes by; live, that is one packet.
    void tick() noexcept;

    [[nodiscard]] Frames lead() const noexcept { return lead_; }
    /// Live: by how much the lead grew in this tick. A packet of 960 frames takes so many frames
    /// of the source less, and the next tick comes so much earlier.
    [[nodiscard]] Frames pace() const noexcept { return Frames{pace_}; }

private:
    static constexpr std::int64_t kMostPace = 4;
    static constexpr int kTicksAStep = 10;
    /// The pace falls by a frame as so many frames fewer are missing: more than 10 ticks each.
    static constexpr std::int64_t kEasing = 25;

    void ease(std::int64_t missing) noexcept;

    Frames lead_;
    Frames asked_;
    bool live_;
    std::int64_t pace_ = 0;
    int until_step_ = 0;
};

}  // namespace earshot::render
