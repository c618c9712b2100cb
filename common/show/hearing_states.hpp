#pragma once

#include "common/base/errc.hpp"
#include "common/base/level.hpp"
#include "common/dsp/chain/state_builder.hpp"
#include "common/show/show.hpp"
#include "common/show/state_library.hpp"

#include <memory>
#include <string_view>

namespace earshot::show {

/// True if a state that the show names, in a perspective or a cue, follows the film's loudness: the
/// programme's levels are to be measured before it is played.
[[nodiscard]] bool needs_levels(const Show& show);

/// The hearing states of a show, made ready for chains when they are asked for.
/// Thread: one owner (control), not real-time.
class HearingStates {
public:
    /// @param library             Outlives this.
    /// @param calibration_db_spl  Level of rms 1.0 where a state does not say its own, 70 to 130.
    /// @param levels  Of the whole programme; null: nothing follows them, as with live sound.
    explicit HearingStates(const StateLibrary& library,
                           double calibration_db_spl = kDefaultCalibrationDbSpl,
                           std::shared_ptr<const dsp::ProgrammeLevels> levels = nullptr);

    /// @param intensity  0 to 1; 0 is the input, bit for bit.
    /// Fails with Errc::not_found, which says which states there are, or Errc::out_of_range.
    [[nodiscard]] Expected<dsp::StatePtr> prepare(std::string_view id, double intensity = 1.0);

    [[nodiscard]] const StateLibrary& library() const noexcept { return library_; }
    /// Shared by all chains.
    [[nodiscard]] const std::shared_ptr<const dsp::GammatoneBank>& bank() const noexcept {
        return bank_;
    }

private:
    const StateLibrary& library_;
    std::shared_ptr<const dsp::GammatoneBank> bank_;
    dsp::StateBuilder builder_;
};

}  // namespace earshot::show
