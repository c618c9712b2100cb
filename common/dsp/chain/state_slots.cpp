#include "common/dsp/chain/state_slots.hpp"

#include "common/dsp/control_grid.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

namespace earshot::dsp {
namespace {

constexpr std::size_t kEars = audio::kListenerChannels;

/// States that count in a blend, and their shares of it.
template <class Parameters>
struct Blend {
    std::array<const Parameters*, Crossfade::kSlots> states{};
    std::array<double, Crossfade::kSlots> shares{};
    std::size_t count = 0;
    double sum = 0.0;

    void add(const Parameters& parameters, double share) noexcept {
        states[count] = &parameters;
        shares[count++] = share;
        sum += share;
    }
    /// @pre count > 0
    void into(Parameters& out) noexcept {
        for (std::size_t i = 0; i < count; ++i) {
            // Only states that do not count yet: the newest sets the beginning.
            shares[i] = sum > 0.0 ? shares[i] / sum : (i + 1 == count ? 1.0 : 0.0);
        }
        blend(std::span<const Parameters* const>(states).first(count),
              std::span<const double>(shares).first(count), out);
    }
};

}  // namespace

StateSlots::StateSlots(std::shared_ptr<const GammatoneBank> bank)
    : work_(audio::kListenerChannels, kChunk), acoustic_(std::move(bank)) {}

void StateSlots::reset(std::int64_t base, bool still) noexcept {
    slots_ = {};
    base_ = base;
    still_ = still;
    bypass_.clear();
    vibration_runs_ = false;
    stop_voices();
}

int StateSlots::take(const PreparedState& state, const Since& since) noexcept {
    int free = kNone;
    for (int i = Crossfade::kSlots - 1; i >= 0; --i) {
        const PreparedState* held = this->state(i);
        if (held == &state) {
            return i;
        }
        free = held == nullptr ? i : free;
    }
    if (free == kNone) {
        return kNone;
    }
    Slot slot{.state = &state, .since = since};
    for (std::size_t ear = 0; ear < kEars; ++ear) {
        if (state.mix[ear].implant == 0.0) {
            continue;
        }
        slot.implant[ear] = implant_for(state.implants[ear].get());
        if (slot.implant[ear] == kNone) {
            stop_voices();
            return kNone;
        }
    }
    slots_[static_cast<std::size_t>(free)] = slot;
    return free;
}

StateSlots::Since StateSlots::ringing_after(int slot, std::int64_t frame) const noexcept {
    const Slot& before = slots_[static_cast<std::size_t>(slot)];
    Since since{base_ + frame, base_ + frame};
    for (std::size_t ear = 0; ear < kEars; ++ear) {
        if (before.state->rings(ear)) {
            since[ear] = before.since[ear];
        }
    }
    return since;
}

int StateSlots::implant_for(const ImplantRecipe* recipe) noexcept {
    for (std::size_t i = 0; i < kImplants; ++i) {
        if (implants_[i].recipe() == recipe) {
            return static_cast<int>(i);
        }
    }
    for (std::size_t i = 0; i < kImplants; ++i) {
        if (implants_[i].recipe() == nullptr) {
            implants_[i].start(*recipe);
            implant_fresh_[i] = true;
            return static_cast<int>(i);
        }
    }
    return kNone;
}

void StateSlots::release(int slot) noexcept {
    Slot& one = slots_[static_cast<std::size_t>(slot)];
    if (one.state == nullptr) {
        return;
    }
    one = {};
    stop_voices();
}

void StateSlots::stop_voices() noexcept {
    bool acoustic = false;
    bool overlay = false;
    std::array<bool, kImplants> used{};
    for (const Slot& slot : slots_) {
        if (slot.state == nullptr) {
            continue;
        }
        acoustic = acoustic || slot.state->uses_acoustic();
        overlay = overlay || slot.state->overlay.audible();
        for (const int implant : slot.implant) {
            if (implant != kNone) {
                used[static_cast<std::size_t>(implant)] = true;
            }
        }
    }
    acoustic_runs_ = acoustic_runs_ && acoustic;
    overlay_runs_ = overlay_runs_ && overlay;
    for (std::size_t i = 0; i < kImplants; ++i) {
        if (!used[i]) {
            implants_[i].release();
            implant_fresh_[i] = false;
        }
    }
}

template <class Run>
void StateSlots::warm(std::int64_t made, const Run& run) noexcept {
    for (std::int64_t frame = made - kWarmUp; frame < made;) {
        const auto count = static_cast<int>(std::min<std::int64_t>(kChunk, made - frame));
        run(frame, count);
        frame += count;
    }
}

void StateSlots::start_voices(const Crossfade::Weights& shares,
                              const DelayLine& input,
                              std::int64_t made,
                              bool warm_up) noexcept {
    const auto in_use = [this](auto uses) {
        return std::any_of(slots_.begin(), slots_.end(), [&](const Slot& slot) {
            return slot.state != nullptr && uses(*slot.state);
        });
    };
    if (!acoustic_runs_ && in_use([](const PreparedState& s) { return s.uses_acoustic(); })) {
        acoustic_runs_ = true;
        set_acoustic(shares, made);
        acoustic_.start(acoustic_to_);
        if (warm_up) {
            warm(made, [&](std::int64_t frame, int count) {
                acoustic_.run(input, frame, count, kDelay, base_ + frame);
            });
        }
    }
    if (!vibration_runs_) {
        vibration_runs_ = true;
        set_overlay(shares, made);
        vibration_.start(overlay_to_.vibration);
    }
    if (!overlay_runs_ && in_use([](const PreparedState& s) { return s.overlay.audible(); })) {
        overlay_runs_ = true;
        set_overlay(shares, made);
        overlay_.start(overlay_to_);
        if (warm_up) {
            warm(made, [&](std::int64_t frame, int count) {
                overlay_.run(input, frame, count, kDelay, base_ + frame);
            });
        }
    }
    for (std::size_t i = 0; i < kImplants; ++i) {
        if (std::exchange(implant_fresh_[i], false) && warm_up) {
            warm(made, [&](std::int64_t frame, int count) {
                implants_[i].run(input, frame, count, kDelay, base_ + frame);
            });
        }
    }
}

void StateSlots::set(const Crossfade::Weights& shares, std::int64_t frame) noexcept {
    if (acoustic_runs_) {
        set_acoustic(shares, frame);
        acoustic_.set(acoustic_to_);
    }
    set_overlay(shares, frame);
    vibration_.set(overlay_to_.vibration);
    if (overlay_runs_) {
        overlay_.set(overlay_to_);
    }
}

bool StateSlots::changes_at(std::int64_t frame) const noexcept {
    const std::int64_t position = base_ + frame;
    if ((position & (kSlowPeriod - 1)) != 0) {
        return false;
    }
    return std::any_of(slots_.begin(), slots_.end(), [&](const Slot& slot) {
        if (slot.state == nullptr) {
            return false;
        }
        bool changes = slot.state->slow != nullptr && !still_;
        for (std::size_t ear = 0; ear < kEars; ++ear) {
            // Its last step is after its end.
            changes = changes || (slot.state->rings(ear) &&
                                  ringing_changes(slot.state->ringing[ear], slot.since[ear],
                                                  position - kSlowPeriod));
        }
        return changes;
    });
}

void StateSlots::set_acoustic(const Crossfade::Weights& shares, std::int64_t frame) noexcept {
    Blend<AcousticPathParameters> blend;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        const PreparedState* state = slots_[i].state;
        if (state == nullptr || !state->uses_acoustic()) {
            continue;
        }
        const AcousticPathParameters* parameters = &state->acoustic;
        if (state->slow != nullptr && state->slow->shifts()) {
            shifted_[i] = state->acoustic;
            state->slow->shift(heard_until(frame), state->intensity, shifted_[i]);
            parameters = &shifted_[i];
        }
        blend.add(*parameters, shares[i]);
    }
    blend.into(acoustic_to_);
}

Tinnitus::EarGains StateSlots::ringing_gains(const Crossfade::Weights& shares,
                                             std::int64_t frame) const noexcept {
    const std::int64_t position = (base_ + frame) & ~std::int64_t{kSlowPeriod - 1};
    Tinnitus::EarGains left{};
    Tinnitus::EarGains whole{};
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        const PreparedState* state = slots_[i].state;
        if (state == nullptr) {
            continue;
        }
        const SlowHearing::EarGains slow = state->slow != nullptr
                                               ? state->slow->ringing(heard_until(frame))
                                               : SlowHearing::EarGains{1.0, 1.0};
        for (std::size_t ear = 0; ear < kEars; ++ear) {
            const double part = shares[i] * state->overlay.tinnitus.ears[ear].level.presence;
            whole[ear] += part;
            left[ear] += part * slow[ear] *
                         ringing_share(state->ringing[ear], slots_[i].since[ear], position);
        }
    }
    Tinnitus::EarGains gains{1.0, 1.0};
    for (std::size_t ear = 0; ear < kEars; ++ear) {
        if (whole[ear] > 0.0) {
            gains[ear] = left[ear] / whole[ear];
        }
    }
    return gains;
}

void StateSlots::set_overlay(const Crossfade::Weights& shares, std::int64_t frame) noexcept {
    Blend<OverlayParameters> blend;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        if (slots_[i].state != nullptr) {
            blend.add(slots_[i].state->overlay, shares[i]);
        }
    }
    blend.into(overlay_to_);
    overlay_.set_ringing(ringing_gains(shares, frame));
}

void StateSlots::run(const DelayLine& input, std::int64_t first, int count) noexcept {
    const audio::BlockView work = work_.view().part(0, count);
    input.read(first - kDelay, work);
    bypass_.write(first, work);
    if (acoustic_runs_) {
        acoustic_.run(input, first, count, kDelay, base_ + first);
    }
    vibration_.run(input, first, count, kDelay, base_ + first);
    if (overlay_runs_) {
        overlay_.run(input, first, count, kDelay, base_ + first);
    }
    for (ImplantVoice& implant : implants_) {
        if (implant.recipe() != nullptr) {
            implant.run(input, first, count, kDelay, base_ + first);
        }
    }
}

StateSlots::Ears StateSlots::sample(int slot, std::int64_t frame) const noexcept {
    const Slot& one = slots_[static_cast<std::size_t>(slot)];
    Ears ears{};
    for (std::size_t ear = 0; ear < kEars; ++ear) {
        const EarMix& mix = one.state->mix[ear];
        // -0 is what leaves every number as it is when added, its own sign included.
        double sum = mix == EarMix{} ? 0.0 : -0.0;
        if (mix.bypass != 0.0) {
            sum += mix.bypass * static_cast<double>(bypass_.sample(ear, frame));
        }
        if (mix.acoustic != 0.0) {
            sum += mix.acoustic * static_cast<double>(acoustic_.sound().sample(ear, frame));
        }
        if (mix.implant != 0.0) {
            const auto voice = static_cast<std::size_t>(one.implant[ear]);
            sum += mix.implant * static_cast<double>(implants_[voice].sound().sample(ear, frame));
        }
        ears[ear] = sum;
    }
    return ears;
}

StateSlots::Ears StateSlots::overlay(std::int64_t frame) const noexcept {
    const KeptSound& stand_in = vibration_.stand_in();
    const auto ear = [&](std::size_t channel) {
        return static_cast<double>(overlay_.sound().sample(channel, frame)) +
               static_cast<double>(stand_in.sample(channel, frame));
    };
    return {ear(0), ear(1)};
}

StateSlots::Ways StateSlots::ways_of(const Mix& mix) const noexcept {
    Ways ways;
    for (std::size_t ear = 0; ear < kEars; ++ear) {
        double acoustic = 0.0;
        for (std::size_t i = 0; i < slots_.size(); ++i) {
            if (mix[ear][i] == 0.0) {
                continue;
            }
            const PreparedState& state = *slots_[i].state;
            const EarMix& part = state.mix[ear];
            ways.ears[ear].bypass += mix[ear][i] * part.bypass;
            const double share = mix[ear][i] * part.acoustic;
            acoustic += share;
            for (std::size_t band = 0; band < kBands; ++band) {
                ways.gains[ear][band] += static_cast<float>(share) * state.band_gains[ear][band];
            }
            ways.coherence[ear] += share * state.coherence[ear];
            if (part.implant != 0.0) {
                const auto voice = static_cast<std::size_t>(slots_[i].implant[ear]);
                ways.implants[ear][voice] += mix[ear][i] * part.implant *
                                             db_to_gain(state.implants[ear]->settings().level_db);
            }
        }
        ways.ears[ear].acoustic = acoustic;
        if (acoustic > 0.0) {
            for (float& gain : ways.gains[ear]) {
                gain /= static_cast<float>(acoustic);
            }
            ways.coherence[ear] /= acoustic;
        }
    }
    return ways;
}

Crossfade::Correlations StateSlots::correlations(const Mix& mix, int with) const noexcept {
    Mix alone{};
    for (Crossfade::Weights& weights : alone) {
        weights[static_cast<std::size_t>(with)] = 1.0;
    }
    const Ways a = ways_of(mix);
    const Ways b = ways_of(alone);
    return {correlation(a, b, 0), correlation(a, b, 1)};
}

double StateSlots::correlation(const Ways& a, const Ways& b, std::size_t ear) noexcept {
    const EarMix& of_a = a.ears[ear];
    const EarMix& of_b = b.ears[ear];
    const bool both = of_a.acoustic > 0.0 && of_b.acoustic > 0.0;
    const double coherence = (both ? 0.5 : 1.0) * (a.coherence[ear] + b.coherence[ear]);
    double cross = 0.0;
    double power_a = 0.0;
    double power_b = 0.0;
    for (std::size_t band = 0; band < kBands; ++band) {
        // There is one acoustic way: what it makes is the same in both.
        const double sum =
            static_cast<double>(a.gains[ear][band]) + static_cast<double>(b.gains[ear][band]);
        const double gain = both ? 0.5 * sum : sum;
        const auto product = [coherence, gain](const EarMix& x, const EarMix& y) {
            return x.bypass * y.bypass +
                   coherence * gain * (x.bypass * y.acoustic + x.acoustic * y.bypass) +
                   gain * gain * x.acoustic * y.acoustic;
        };
        cross += product(of_a, of_b);
        power_a += product(of_a, of_a);
        power_b += product(of_b, of_b);
    }
    for (std::size_t i = 0; i < kImplants; ++i) {
        cross += kBands * a.implants[ear][i] * b.implants[ear][i];
        power_a += kBands * a.implants[ear][i] * a.implants[ear][i];
        power_b += kBands * b.implants[ear][i] * b.implants[ear][i];
    }
    const double scale = std::sqrt(power_a * power_b);
    return scale > 1e-12 ? std::clamp(cross / scale, 0.0, 1.0) : 1.0;
}

}  // namespace earshot::dsp
