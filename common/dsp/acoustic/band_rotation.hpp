#pragma once

#include "common/dsp/acoustic/acoustic_parameters.hpp"
#include "common/dsp/acoustic/band_lanes.hpp"

#include <array>
#include <cstdint>

namespace earshot::dsp {

/// Turns the bands of one ear in phase: steadily, which shifts pitch (diplacusis), and at random,
/// which blurs fine structure.
///
/// The steady phase is shift times programme position, in whole 2^-64ths of a cycle, so that it is
/// the same after a seek as after playing. When a shift changes, the phase goes on where it was;
/// what then sets it apart from that rule dies away, by half a cycle a second.
///
/// Source: HEARING 1.6 (b), 1.11.
/// Thread: one owner. Real-time: everything but construction.
class BandRotation {
public:
    /// Four bands' projections onto the sum: of the next frame, and the turn from frame to frame.
    struct Turn {
        UnitLanes now;
        UnitLanes by;

        void advance() noexcept {
            now = {now.re * by.re - now.im * by.im, now.re * by.im + now.im * by.re};
        }
    };

    /// @param bank  Outlives this.
    BandRotation(const GammatoneBank& bank, std::uint64_t seed);

    /// Takes shifts over; they count from the next begin_step().
    void set(const AcousticEarParameters& now) noexcept;
    /// Prepares the kStep frames from a position on. @param position  A multiple of kStep.
    void begin_step(const AcousticEarParameters& now, std::int64_t position) noexcept;
    /// Leaves out the first frames of the step just begun.
    void skip(std::size_t frames) noexcept;
    /// False if the four bands stand still: the bank's own projection holds.
    [[nodiscard]] bool turns(std::size_t group) const noexcept { return turns_[group]; }
    /// @pre turns(group)
    [[nodiscard]] Turn& turn(std::size_t group) noexcept { return turn_[group]; }
    void reset() noexcept;

private:
    static constexpr std::size_t kBlurredBands = 25;  ///< Those under 1.5 kHz.
    static constexpr std::size_t kBlurredGroups = (kBlurredBands + kLanes - 1) / kLanes;

    /// Cycles at the start of the step, and by its end.
    struct Cycles {
        Lanes start;
        Lanes by;
        bool any;
    };
    [[nodiscard]] Cycles shift(std::size_t group, std::int64_t position) noexcept;
    using BlurLanes = std::array<Lanes, kBlurredGroups>;
    /// The random phases at a position, in cycles.
    void blur_at(const AcousticEarParameters& now,
                 std::int64_t position,
                 BlurLanes& cycles) const noexcept;
    void blur(const AcousticEarParameters& now, std::int64_t position) noexcept;

    const GammatoneBank& bank_;
    std::uint64_t seed_;
    std::array<double, kBandSlots> rate_{};           ///< Centres, 2^-64ths of a cycle a frame.
    PerBand cents_{};                                 ///< That next_ was made for.
    std::array<std::int64_t, kBandSlots> next_{};     ///< 2^-64ths of a cycle a frame.
    std::array<std::int64_t, kBandSlots> current_{};  ///< As next_, of the step before.
    std::array<std::uint64_t, kBandSlots> offset_{};  ///< Phase apart from position * current_.
    BlurLanes blur_start_{};                          ///< Cycles.
    BlurLanes blur_end_{};
    std::array<bool, kGroups> turns_{};
    std::array<Turn, kGroups> turn_{};
    bool fresh_ = true;
    bool blurs_ = false;
    bool blurred_ = false;  ///< blur_end_ holds the end of the step before.
};

}  // namespace earshot::dsp
