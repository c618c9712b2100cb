#pragma once

#include "common/audio/format.hpp"
#include "common/dsp/fade_curve.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace earshot::dsp {

/// The two gains of a crossfade.
struct FadeGains {
    double from = 1.0;
    double to = 0.0;
};

/// Gains that keep the power of two equally strong sounds of correlation rho (0 to 1) constant
/// (HEARING 3.2): 1 fades linearly, 0 with equal power. Exactly {1, 0} at u = 0, {0, 1} at u = 1.
/// Real-time: yes.
[[nodiscard]] FadeGains fade_gains(double u, double rho) noexcept;

/// How loud each of a few slots is in a mix, frame by frame, while the mix fades from one slot to
/// another: both ears at once, each by its own correlation. A fade that is interrupted runs on
/// underneath the new one, so that every gain and its slope stay continuous.
///
/// Thread: one owner. Real-time: yes.
class Crossfade {
public:
    static constexpr int kSlots = 6;
    /// Fades in flight. With one more, the oldest stops where it is.
    static constexpr int kFades = 16;
    using Weights = std::array<double, kSlots>;
    using Correlations = std::array<double, audio::kListenerChannels>;

    /// Only this slot is heard, from now on.
    void stand(int slot) noexcept;
    /// Begins a fade to a slot: the first frame that differs is at + 1, the last that does at +
    /// length.
    /// @param at   Frame number, not before the last advance().  @param length  >= 1 frame.
    /// @param rho  Of each ear, as for fade_gains().
    void begin(std::int64_t at,
               int slot,
               std::int64_t length,
               FadeCurve curve,
               const Correlations& rho) noexcept;
    /// Forgets the fades that have ended by frame `now`; nothing before it is asked for again.
    void advance(std::int64_t now) noexcept;

    [[nodiscard]] Weights weights(std::int64_t at, std::size_t ear) const noexcept;
    /// Shares of the slots, of sum 1, for parameters that glide along straight lines. Each fade's
    /// begins `later` frames after it and ends with it: what is made ahead of what is heard cannot
    /// begin sooner. @param later  Less than any fade is long.
    [[nodiscard]] Weights shares(std::int64_t at, std::int64_t later) const noexcept;
    [[nodiscard]] bool moving() const noexcept { return count_ > 0; }
    /// The slot it stands at or fades to.
    [[nodiscard]] int target() const noexcept;
    /// False if the slot is not heard now nor later.
    [[nodiscard]] bool uses(int slot) const noexcept;
    /// The first frame at which a fade has ended. @pre moving()
    [[nodiscard]] std::int64_t next_end() const noexcept;

private:
    struct Fade {
        std::int64_t begin;
        std::int64_t length;
        Correlations rho;
        FadeCurve curve;
        int slot;
    };
    void stand_from(int slot) noexcept;
    [[nodiscard]] static Weights blended(const Weights& weights,
                                         const Fade& fade,
                                         const FadeGains& gains) noexcept;

    /// What the oldest fade starts from, for each ear.
    std::array<Weights, audio::kListenerChannels> base_{{{1.0}, {1.0}}};
    int standing_ = 0;                  ///< The slot heard when no fade runs.
    std::array<Fade, kFades> fades_{};  ///< Oldest first.
    int count_ = 0;
};

}  // namespace earshot::dsp
