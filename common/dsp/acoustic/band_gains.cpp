#include "common/dsp/acoustic/band_gains.hpp"

#include "common/base/time.hpp"

#include <algorithm>
#include <cmath>

namespace earshot::dsp {
namespace {

constexpr float kDbOfPower = 3.0102999566F;  ///< Of a doubled power.
constexpr float kLog2OfDb = 0.1660964047F;   ///< Powers of 2 in an amplitude, of 1 dB.
constexpr float kDbOfAmplitude = 6.020599913F;
constexpr float kToneCorrectionDb = -1.2F;  ///< HEARING 1.4, for this width and spacing.
constexpr float kLeastDb = -120.0F;
constexpr float kMostDb = 12.0F;
/// A loss over this far below the catch-up level raises it along.
constexpr float kLeastRangeDb = 20.0F;
constexpr float kMostSmearLog2 = 3.3219281F;  ///< 20 dB
constexpr float kTinyPower = 1e-24F;
constexpr float kTinyEnvelope = 1e-10F;

constexpr double kCycle = 6.283185307179586;

}  // namespace

BandGains::BandGains(const GammatoneBank& bank) : bank_(bank) {
    PerBand most{};
    for (std::size_t k = 0; k < kBands; ++k) {
        const double hz = band_hz(k);
        most[k] = hz >= 2'000.0 && hz <= 8'000.0 ? 12.0F : 6.0F;
        // The sound that leaves the delay at the end of the coming step was in the envelope
        // delay - kStep frames ago, less what the smoothing of the envelope lags.
        const float behind = static_cast<float>(bank.delay[k] - kStep) - bank.detector_lag[k];
        smear_delay_[k] =
            static_cast<std::size_t>(std::max(0.0F, std::round(behind / float{kStep})));
    }
    for (std::size_t group = 0; group < kGroups; ++group) {
        hyperacusis_most_db_[group] = lanes_of(most, group);
    }
}

void BandGains::set(const AcousticEarParameters& now) noexcept {
    constexpr double kStepsPerSecond = double{kSampleRateHz} / kStep;
    const auto release_s = static_cast<double>(now.release_ms) * 1e-3;
    // Amplitude falls with the time constant, power twice as fast.
    release_ =
        release_s > 0.0 ? static_cast<float>(std::exp(-2.0 / (release_s * kStepsPerSecond))) : 0.0F;
    const double corner_hz = std::exp2(static_cast<double>(now.temporal_log2_hz));
    smooth_ = static_cast<float>(1.0 - std::exp(-kCycle * corner_hz / kStepsPerSecond));
}

Lanes BandGains::smear(std::size_t group, Lanes envelope) noexcept {
    smeared_[group] += smooth_ * (envelope - smeared_[group]);
    const Lanes ratio = log2((smeared_[group] + kTinyEnvelope) / (envelope + kTinyEnvelope));
    const Lanes clipped = max(min(ratio, splat(kMostSmearLog2)), splat(-kMostSmearLog2));
    const std::size_t first = group * kLanes;
    store_lanes(clipped, ratios_[step_ % kKept].data() + first);
    Lanes result{};
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const std::size_t band = first + lane;
        result[lane] = ratios_[(step_ - smear_delay_[band]) % kKept][band];
    }
    return result;
}

Lanes BandGains::gain_db(const AcousticEarParameters& now,
                         std::size_t group,
                         Lanes power) const noexcept {
    const Lanes conductive = lanes_of(now.conductive_db, group);
    const Lanes level = kDbOfPower * log2(power + kTinyPower) +
                        (now.calibration_db_spl - kDbOfPower + kToneCorrectionDb) - conductive +
                        now.cochlear_reference * lanes_of(bank_.cochlear_db, group);
    const Lanes loss = lanes_of(now.sensory_db, group);
    const Lanes catch_up = max(splat(now.catch_up_db_spl), loss + kLeastRangeDb);
    const Lanes zero{};
    const Lanes recruitment = loss / (catch_up - loss) * min(level - catch_up, zero);
    const Lanes hyperacusis = min(hyperacusis_most_db_[group],
                                  now.hyperacusis * max(level - now.hyperacusis_knee_db_spl, zero));
    return recruitment + hyperacusis - conductive + now.gain_db;
}

void BandGains::evaluate(const AcousticEarParameters& now,
                         const BandLanes& envelopes,
                         BandLanes& gains) noexcept {
    // One silent neighbour below the first band, one or two above the last.
    std::array<float, kBandSlots + 2> squares{};
    for (std::size_t group = 0; group < kGroups; ++group) {
        store_lanes(envelopes[group] * envelopes[group], squares.data() + 1 + group * kLanes);
    }
    for (std::size_t group = 0; group < kGroups; ++group) {
        const float* const at = squares.data() + group * kLanes;
        const Lanes sum = load_lanes(at) + load_lanes(at + 1) + load_lanes(at + 2);
        power_[group] = max(sum, release_ * power_[group] + (1.0F - release_) * sum);
        const Lanes smeared = smear(group, envelopes[group]);
        const Lanes db =
            gain_db(now, group, power_[group]) + now.temporal_smearing * kDbOfAmplitude * smeared;
        gains[group] = exp2(kLog2OfDb * max(min(db, splat(kMostDb)), splat(kLeastDb)));
    }
    ++step_;
}

void BandGains::reset() noexcept {
    power_ = {};
    smeared_ = {};
    ratios_ = {};
    step_ = 0;
}

}  // namespace earshot::dsp
