#pragma once

#include "common/base/errc.hpp"
#include "common/dsp/implant/implant_plan.hpp"
#include "common/dsp/implant/implant_settings.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace earshot::dsp {

/// An implant ready to run: everything that is found once from its settings. Never changes.
/// Thread: any. Real-time: reading; not making or copying.
class ImplantRecipe {
public:
    /// Frames by which an implant's sound comes after its input, whatever the settings.
    static constexpr int kLatency = 640;

    /// One channel, for people and tests.
    struct Channel {
        double low_hz = 0.0;  ///< Edges of what it analyses.
        double high_hz = 0.0;
        double carrier_hz = 0.0;  ///< Middle of its carrier, shifted.
        double carrier_low_hz = 0.0;
        double carrier_high_hz = 0.0;
        /// Frames by which its envelope comes out after the input. The median channel's is
        /// kLatency; the channels of an implant are not aligned with each other.
        double delay_frames = 0.0;
    };

    /// Makes silence.
    ImplantRecipe() = default;
    /// Fails with Errc::out_of_range or Errc::bad_value and a line that names the field.
    [[nodiscard]] static Expected<ImplantRecipe> make(const ImplantSettings& settings);

    [[nodiscard]] const ImplantSettings& settings() const noexcept { return settings_; }
    [[nodiscard]] const std::vector<Channel>& channels() const noexcept { return channels_; }
    /// Frequencies of SPIRAL's carriers, Hz; empty for the other strategies.
    [[nodiscard]] const std::vector<double>& spiral_carriers() const noexcept {
        return spiral_carriers_;
    }
    [[nodiscard]] const ImplantPlan& plan() const noexcept { return plan_; }

private:
    void plan_front();
    void plan_analysis();
    void plan_coder();
    void plan_carriers();
    void plan_ring();
    void plan_pulses();
    void plan_spiral();
    void plan_output();
    void plan_delay();
    [[nodiscard]] std::array<std::uint64_t, 2> ear_bits(std::uint64_t number) const noexcept;
    [[nodiscard]] double restoring_gain(std::size_t channel) const;
    /// Shares of a channel's power that reach the carriers; their sum is 1.
    [[nodiscard]] std::vector<double> spread_shares(std::size_t from,
                                                    std::span<const double> places_hz,
                                                    std::span<const double> gains) const;
    [[nodiscard]] double own_delay(std::size_t channel) const;

    ImplantSettings settings_;
    std::vector<Channel> channels_;
    std::vector<double> spiral_carriers_;
    ImplantPlan plan_;
};

}  // namespace earshot::dsp
