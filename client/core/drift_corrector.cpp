#include "client/core/drift_corrector.hpp"

#include <cmath>

namespace earshot::client {
namespace {

constexpr double kRate = kSampleRateHz;

}  // namespace

DriftCorrector::DriftCorrector(std::chrono::nanoseconds device_latency, int read_ahead) noexcept
    : device_latency_(device_latency), read_ahead_(read_ahead) {}

bool DriftCorrector::ready(const sync::ClockModel& clock, const audio::DacTime& dac_time) noexcept {
    if (!ready_ && clock.valid) {
        const bool good = clock.fit_bound <= kFitBound && clock.skew_bound <= kSkewBound;
        const auto age = dac_time.first - clock.since;
        ready_ =
            good || (age >= kPatience && clock.fit_bound <= kRoughBound) || age >= kLongPatience;
    }
    return ready_;
}

DriftCorrector::Stretch DriftCorrector::plan(const sync::ClockModel& clock,
                                             const audio::DacTime& dac_time,
                                             int offset_frames,
                                             int frames,
                                             bool heard) noexcept {
    const double device_rate = dac_time.rate_hz;
    const double offset_ns = offset_frames / device_rate * 1e9;
    const LocalInstant at =
        dac_time.first + device_latency_ + std::chrono::nanoseconds{std::llround(offset_ns)};
    const auto media_ns = static_cast<double>(clock.to_media(at).time_since_epoch().count());
    const double skew_ppm = ((1.0 + clock.skew) * kRate / device_rate - 1.0) * 1e6;

    Stretch stretch;
    stretch.scheduled = media_ns * (kRate * 1e-9) + read_ahead_;
    if (!heard) {
        position_ = stretch.scheduled;
        loop_.restart(skew_ppm);
        stretch.step_first = 1.0 + loop_.correction_ppm() * 1e-6;
        stretch.step_last = stretch.step_first;
    } else {
        const double error_s = (stretch.scheduled - position_) / kRate;
        stretch.error_s = error_s;
        stretch.step_first = 1.0 + loop_.correction_ppm() * 1e-6;
        stretch.reanchor =
            loop_.update(error_s, skew_ppm, frames / kRate) == sync::PlayoutLoop::Action::reanchor;
        stretch.step_last = 1.0 + loop_.correction_ppm() * 1e-6;
    }
    stretch.position = position_;
    position_ += frames * 0.5 * (stretch.step_first + stretch.step_last);
    return stretch;
}

void DriftCorrector::reanchor(Stretch& stretch, int frames) noexcept {
    loop_.reanchored();
    stretch.position = stretch.scheduled;
    stretch.error_s = 0.0;
    stretch.reanchor = false;
    position_ = stretch.position + frames * 0.5 * (stretch.step_first + stretch.step_last);
}

}  // namespace earshot::client
