#include "common/dsp/chain/slow_hearing.hpp"

#include "common/dsp/control_grid.hpp"

#include <algorithm>
#include <cmath>

namespace earshot::dsp {
namespace {

constexpr float kMostLossDbHl = 130.0F;

/// The programme frame from which on it is as it is at `position`.
std::int64_t held(std::int64_t position) noexcept {
    return position & ~std::int64_t{kSlowPeriod - 1};
}

}  // namespace

SlowHearing::SlowHearing(const SlowHearingSettings& settings, const ProgrammeLevels& levels)
    : masking_(settings.masking, 0) {
    masking_.extend(levels, settings.tinnitus, levels.end_entry());
    if (settings.shift) {
        shift_.emplace(*settings.shift, 0);
        shift_->extend(levels);
    }
    constexpr auto& kHz = TemporaryShift::kFrequenciesHz;
    for (std::size_t band = 0; band < kBands; ++band) {
        const double hz = std::clamp(band_hz(band), kHz.front(), kHz.back());
        const auto* const above =
            std::min(std::ranges::upper_bound(kHz, hz), kHz.data() + kHz.size() - 1);
        const double low = *(above - 1);
        places_[band] = {.below = static_cast<std::size_t>(above - 1 - kHz.data()),
                         .above = static_cast<float>(std::log(hz / low) / std::log(*above / low))};
    }
}

void SlowHearing::shift(std::int64_t position,
                        double intensity,
                        AcousticPathParameters& inout) const noexcept {
    for (std::size_t ear = 0; ear < inout.bank.ears.size(); ++ear) {
        const TemporaryShift::Shift shift = shift_->at(ear, held(position));
        PerBand& loss = inout.bank.ears[ear].sensory_db;
        for (std::size_t band = 0; band < kBands; ++band) {
            const Place& place = places_[band];
            const auto below = static_cast<float>(intensity * shift[place.below]);
            const auto above = static_cast<float>(intensity * shift[place.below + 1]);
            const float more = below + place.above * (above - below);
            loss[band] = std::max(loss[band], std::min(loss[band] + more, kMostLossDbHl));
        }
        for (SmearingTerm& term : inout.smearing.ears[ear]) {
            term.amount *= TemporaryShift::share(shift);
        }
    }
}

SlowHearing::EarGains SlowHearing::ringing(std::int64_t position) const noexcept {
    EarGains gains = masking_.gain(held(position));
    if (shift_) {
        for (std::size_t ear = 0; ear < gains.size(); ++ear) {
            gains[ear] *= TemporaryShift::share(shift_->at(ear, held(position)));
        }
    }
    return gains;
}

}  // namespace earshot::dsp
