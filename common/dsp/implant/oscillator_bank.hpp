#pragma once

#include "common/dsp/implant/channel_lanes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace earshot::dsp {

/// Frequencies and phases of an OscillatorBank's sines, ready to run.
struct OscillatorPlan {
    std::size_t groups = 0;  ///< Groups of four in use.
    /// Cycles a frame and cycles at programme frame 0, both times 2^64.
    std::array<std::uint64_t, kMostCarriers> step{};
    std::array<std::array<std::uint64_t, kMostCarriers>, 2> start{};  ///< [ear]
    CarrierTable turn_cosine;  ///< Of the angle turned each frame.
    CarrierTable turn_sine;

    void set(std::size_t carrier,
             double frequency_hz,
             const std::array<std::uint64_t, 2>& start_phases) noexcept;
};

/// Sines whose phase is a function of the programme position alone.
///
/// Every kPeriod frames (by position) they are set from whole-number phases and from there turned
/// by complex multiplication, which stays within 1e-5 of the sine. So seeking gives what playing
/// gives, bit for bit, at any position up to 2^63.
/// Thread: one owner. Real-time: everything.
class OscillatorBank {
public:
    static constexpr std::int64_t kPeriod = 64;

    /// Call before each step of 1 to kImplantStep frames that ends at most on a step's end.
    void begin_step(const OscillatorPlan& plan,
                    std::size_t ear,
                    std::int64_t position,
                    std::size_t count) noexcept;

    /// The state of four sines at the step's first frame; leave in it that of the first frame
    /// after.
    struct State {
        Lanes sine{};
        Lanes cosine{};

        void turn(Lanes by_cosine, Lanes by_sine) noexcept {
            const Lanes s = sine * by_cosine + cosine * by_sine;
            cosine = cosine * by_cosine - sine * by_sine;
            sine = s;
        }
    };
    [[nodiscard]] State& state(std::size_t group) noexcept { return states_[group]; }

    void reset() noexcept { known_ = false; }

private:
    void set_to(const OscillatorPlan& plan, std::size_t ear, std::int64_t position) noexcept;

    std::array<State, kCarrierGroups> states_{};
    std::int64_t next_ = 0;
    bool known_ = false;
};

}  // namespace earshot::dsp
