#pragma once

#include "common/base/time.hpp"
#include "common/dsp/chain/acoustic_voice.hpp"
#include "common/dsp/chain/crossfade.hpp"
#include "common/dsp/chain/implant_voice.hpp"
#include "common/dsp/chain/overlay_voice.hpp"
#include "common/dsp/chain/prepared_state.hpp"
#include "common/dsp/chain/vibration_voice.hpp"
#include "common/dsp/delay_line.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace earshot::dsp {

/// The states in flight in a chain, and the voices that make their sound: one acoustic way, whose
/// parameters glide; a few implants, which cannot; what is added on top; what is felt.
///
/// Voices run `ahead` frames before what is heard, each on what the input was kChainLatency before.
/// Thread: one owner. Real-time: everything but construction.
class StateSlots {
public:
    /// Most frames of one run().
    static constexpr int kChunk = 128;
    /// Sound that a newly used voice hears at once before it is heard.
    static constexpr int kWarmUp = 9'600;  // 200 ms
    /// Ears of one frame.
    using Ears = std::array<double, audio::kListenerChannels>;

    explicit StateSlots(std::shared_ptr<const GammatoneBank> bank);

    /// Programme frames at which the ringing of each ear began.
    using Since = std::array<std::int64_t, audio::kListenerChannels>;

    /// Forgets all states.
    /// @param base   Programme frame of frame 0.
    /// @param still  What follows the film's loudness stays as it is at that frame.
    void reset(std::int64_t base, bool still) noexcept;
    /// The slot that a state stands in or is now put into; -1 if there is no room.
    /// @param since  Counts if it is put there now.
    [[nodiscard]] int take(const PreparedState& state, const Since& since) noexcept;
    void release(int slot) noexcept;
    /// Null if the slot is free.
    [[nodiscard]] const PreparedState* state(int slot) const noexcept {
        return slots_[static_cast<std::size_t>(slot)].state;
    }
    /// Since when a state rings that comes in at a frame while this slot is heard or fades in.
    [[nodiscard]] Since ringing_after(int slot, std::int64_t frame) const noexcept;

    /// Begins the voices that the states taken need and that do not run, with the glide's
    /// parameters: cold, or warmed with the input before.
    /// @param made  The frame they make next.
    void start_voices(const Crossfade::Weights& shares,
                      const DelayLine& input,
                      std::int64_t made,
                      bool warm) noexcept;
    /// Sets what the glide is to reach at a frame, kControlPeriod after the next control point.
    void set(const Crossfade::Weights& shares, std::int64_t frame) noexcept;
    /// True if slow hearing changes at a frame, while the shares do not.
    [[nodiscard]] bool changes_at(std::int64_t frame) const noexcept;
    /// Makes the frames [first, first + count) of every voice in use.
    void run(const DelayLine& input, std::int64_t first, int count) noexcept;

    /// What a state sounds like at a frame, without what is added.
    [[nodiscard]] Ears sample(int slot, std::int64_t frame) const noexcept;
    /// What is added at a frame.
    [[nodiscard]] Ears overlay(std::int64_t frame) const noexcept;
    [[nodiscard]] bool overlay_runs() const noexcept { return overlay_runs_; }
    /// What a body feels, whatever the states.
    [[nodiscard]] VibrationVoice& vibration() noexcept { return vibration_; }

    /// How much of each state each ear has.
    using Mix = std::array<Crossfade::Weights, audio::kListenerChannels>;
    /// Correlation, 0 to 1, of a mix of the states with one of them, in each ear (HEARING 3.2).
    [[nodiscard]] Crossfade::Correlations correlations(const Mix& mix, int with) const noexcept;

private:
    static constexpr std::size_t kImplants = 3;
    static constexpr int kNone = -1;
    static constexpr int kDelay = static_cast<int>(kChainLatency.count());

    struct Slot {
        const PreparedState* state = nullptr;
        std::array<int, audio::kListenerChannels> implant{kNone, kNone};
        Since since{};
    };
    /// How a mix of states divides into ways.
    struct Ways {
        std::array<EarMix, audio::kListenerChannels> ears{};
        std::array<std::array<double, kImplants>, audio::kListenerChannels> implants{};
        std::array<PerBand, audio::kListenerChannels> gains{};  ///< Of the acoustic way.
        std::array<double, audio::kListenerChannels> coherence{};
    };

    [[nodiscard]] int implant_for(const ImplantRecipe* recipe) noexcept;
    void stop_voices() noexcept;
    [[nodiscard]] Ways ways_of(const Mix& mix) const noexcept;
    [[nodiscard]] static double correlation(const Ways& a, const Ways& b, std::size_t ear) noexcept;
    template <class Run>
    void warm(std::int64_t made, const Run& run) noexcept;
    void set_acoustic(const Crossfade::Weights& shares, std::int64_t frame) noexcept;
    void set_overlay(const Crossfade::Weights& shares, std::int64_t frame) noexcept;
    [[nodiscard]] Tinnitus::EarGains ringing_gains(const Crossfade::Weights& shares,
                                                   std::int64_t frame) const noexcept;
    /// Programme frame whose loudness counts at a frame.
    [[nodiscard]] std::int64_t heard_until(std::int64_t frame) const noexcept {
        return still_ ? base_ : base_ + frame;
    }

    std::array<Slot, Crossfade::kSlots> slots_{};
    audio::Block work_;
    KeptSound bypass_;
    AcousticVoice acoustic_;
    std::array<ImplantVoice, kImplants> implants_;
    OverlayVoice overlay_;
    VibrationVoice vibration_;
    AcousticPathParameters acoustic_to_;
    OverlayParameters overlay_to_;
    std::array<AcousticPathParameters, Crossfade::kSlots> shifted_;  ///< Of states that shift.
    std::int64_t base_ = 0;
    bool still_ = false;
    bool bypass_runs_ = false;
    bool acoustic_runs_ = false;
    bool overlay_runs_ = false;
    bool vibration_runs_ = false;  ///< From the first state on.
    std::array<bool, kImplants> implant_fresh_{};
};

}  // namespace earshot::dsp
