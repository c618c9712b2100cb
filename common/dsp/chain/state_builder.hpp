#pragma once

#include "common/base/errc.hpp"
#include "common/base/level.hpp"
#include "common/dsp/acoustic/gammatone_bank.hpp"
#include "common/dsp/chain/prepared_state.hpp"
#include "common/dsp/overlay/programme_levels.hpp"
#include "common/dsp/smearing/smearing_matrices.hpp"
#include "common/dsp/state/hearing_settings.hpp"
#include "common/dsp/state/hearing_state_card.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace earshot::dsp {

/// A validated state with everything a chain needs; immutable, shared by all chains. Outlives every
/// chain that was given it.
using StatePtr = std::shared_ptr<const PreparedState>;

/// True if a state follows the film's loudness: its thresholds shift, or it rings.
[[nodiscard]] bool needs_levels(const HearingSettings& settings) noexcept;

/// Makes prepared states of what state files say.
///
/// Thread: one owner, not real-time: a state with a degree of smearing that is new takes some 20
/// ms, one that follows the loudness of a long film in a new way some 100 ms.
class StateBuilder {
public:
    /// @param calibration_db_spl  Level of rms 1.0 where a state does not say its own, 70 to 130.
    /// @param levels  Of the whole programme; null: nothing follows them, as with live sound.
    explicit StateBuilder(std::shared_ptr<const GammatoneBank> bank,
                          double calibration_db_spl = kDefaultCalibrationDbSpl,
                          std::shared_ptr<const ProgrammeLevels> levels = nullptr);

    /// @param intensity  0 to 1 (HEARING 3.4); 0 is the input, bit for bit.
    /// Fails with Errc::out_of_range and a line that names the setting.
    [[nodiscard]] Expected<StatePtr> prepare(const HearingStateCard& card,
                                             const HearingSettings& settings,
                                             double intensity = 1.0);

private:
    [[nodiscard]] std::optional<Failure> add_acoustic(const HearingSettings& settings,
                                                      double intensity,
                                                      PreparedState& state);
    [[nodiscard]] std::optional<Failure> add_implants(const HearingSettings& settings,
                                                      PreparedState& state);
    [[nodiscard]] std::optional<Failure> add_overlay(const HearingSettings& settings,
                                                     double intensity,
                                                     PreparedState& state) const;
    void add_slow(const HearingSettings& settings, PreparedState& state);
    void add_smearing(const HearingSettings& settings, double intensity, PreparedState& state);
    void foresee_gains(PreparedState& state) const;
    /// The same implant always has the same recipe, so that states can share what makes its sound.
    [[nodiscard]] Expected<std::shared_ptr<const ImplantRecipe>> recipe_of(
        const StateImplant& implant);

    std::shared_ptr<const GammatoneBank> bank_;
    double calibration_db_spl_;
    std::shared_ptr<const ProgrammeLevels> levels_;
    SmearingMatrices matrices_;
    std::vector<std::pair<StateImplant, std::shared_ptr<const ImplantRecipe>>> recipes_;
    /// One for a state at all its intensities.
    std::vector<std::pair<SlowHearingSettings, std::shared_ptr<const SlowHearing>>> slow_;
};

}  // namespace earshot::dsp
