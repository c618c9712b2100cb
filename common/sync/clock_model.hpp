#pragma once

#include "common/base/time.hpp"

#include <cmath>

namespace earshot::sync {

/// One exchange: the listener sent at t1 and received at t4 (its clock); the server received at t2
/// and sent at t3 (media clock).
struct ClockSample {
    LocalInstant t1;
    MediaInstant t2;
    MediaInstant t3;
    LocalInstant t4;
};

/// The line that maps the listener's clock to the media clock, and how far it can be trusted.
/// A value; the same one in simulation, client and tests.
struct ClockModel {
    LocalInstant local_reference{};
    MediaInstant media_reference{};
    double skew = 0.0;  ///< Media seconds gained per local second, minus 1 (50 ppm = 5e-5).
    std::chrono::nanoseconds fit_bound{0};  ///< 99 % of errors of the fit are smaller.
    std::chrono::nanoseconds path_bound{
        0};                   ///< Half the least round trip: what asymmetry may hide.
    double skew_bound = 0.0;  ///< 99 % of errors of the skew are smaller.
    LocalInstant since{};     ///< When it was usable first, or first again after a restart.
    bool valid = false;

    [[nodiscard]] MediaInstant to_media(LocalInstant local) const noexcept {
        const auto past = static_cast<double>((local - local_reference).count());
        return media_reference + std::chrono::nanoseconds{std::llround(past + past * skew)};
    }
    [[nodiscard]] LocalInstant to_local(MediaInstant media) const noexcept {
        const auto past = static_cast<double>((media - media_reference).count());
        return local_reference + std::chrono::nanoseconds{std::llround(past / (1.0 + skew))};
    }
};

}  // namespace earshot::sync
