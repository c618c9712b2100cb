#include "common/dsp/chain/crossfade.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace earshot::dsp {

FadeGains fade_gains(double u, double rho) noexcept {
    const double v = 1.0 - u;
    const double k = 1.0 / std::sqrt(v * v + u * u + 2.0 * rho * u * v);
    return {k * v, k * u};
}

void Crossfade::stand(int slot) noexcept {
    stand_from(slot);
    count_ = 0;
}

void Crossfade::stand_from(int slot) noexcept {
    base_ = {};
    for (Weights& weights : base_) {
        weights[static_cast<std::size_t>(slot)] = 1.0;
    }
    standing_ = slot;
}

void Crossfade::begin(std::int64_t at,
                      int slot,
                      std::int64_t length,
                      FadeCurve curve,
                      const Correlations& rho) noexcept {
    if (count_ == kFades) {
        const Fade& oldest = fades_.front();
        const double p =
            static_cast<double>(at - oldest.begin) / static_cast<double>(oldest.length);
        const double u = fade_value(oldest.curve, p);
        for (std::size_t ear = 0; ear < base_.size(); ++ear) {
            base_[ear] = blended(base_[ear], oldest, fade_gains(u, oldest.rho[ear]));
        }
        std::move(fades_.begin() + 1, fades_.end(), fades_.begin());
        --count_;
    }
    fades_[static_cast<std::size_t>(count_++)] = {at, length, rho, curve, slot};
}

void Crossfade::advance(std::int64_t now) noexcept {
    for (int i = count_ - 1; i >= 0; --i) {
        const Fade& fade = fades_[static_cast<std::size_t>(i)];
        if (now >= fade.begin + fade.length) {
            // A finished fade hides all that lies under it.
            stand_from(fade.slot);
            std::move(fades_.begin() + i + 1, fades_.begin() + count_, fades_.begin());
            count_ -= i + 1;
            return;
        }
    }
}

Crossfade::Weights Crossfade::blended(const Weights& weights,
                                      const Fade& fade,
                                      const FadeGains& gains) noexcept {
    Weights result = weights;
    for (double& weight : result) {
        weight *= gains.from;
    }
    result[static_cast<std::size_t>(fade.slot)] += gains.to;
    return result;
}

Crossfade::Weights Crossfade::weights(std::int64_t at, std::size_t ear) const noexcept {
    Weights result = base_[ear];
    for (int i = 0; i < count_; ++i) {
        const Fade& fade = fades_[static_cast<std::size_t>(i)];
        const double p = static_cast<double>(at - fade.begin) / static_cast<double>(fade.length);
        result = blended(result, fade, fade_gains(fade_value(fade.curve, p), fade.rho[ear]));
    }
    return result;
}

Crossfade::Weights Crossfade::shares(std::int64_t at, std::int64_t later) const noexcept {
    Weights result = base_[0];
    for (std::size_t slot = 0; slot < result.size(); ++slot) {
        result[slot] += base_[1][slot];
    }
    const double sum = std::accumulate(result.begin(), result.end(), 0.0);
    for (double& share : result) {
        share /= sum;
    }
    for (int i = 0; i < count_; ++i) {
        const Fade& fade = fades_[static_cast<std::size_t>(i)];
        const double u = fade_value(fade.curve, static_cast<double>(at - fade.begin - later) /
                                                    static_cast<double>(fade.length - later));
        result = blended(result, fade, {1.0 - u, u});
    }
    return result;
}

int Crossfade::target() const noexcept {
    return count_ > 0 ? fades_[static_cast<std::size_t>(count_ - 1)].slot : standing_;
}

bool Crossfade::uses(int slot) const noexcept {
    return base_[0][static_cast<std::size_t>(slot)] != 0.0 ||
           base_[1][static_cast<std::size_t>(slot)] != 0.0 ||
           std::any_of(fades_.begin(), fades_.begin() + count_,
                       [slot](const Fade& fade) { return fade.slot == slot; });
}

std::int64_t Crossfade::next_end() const noexcept {
    std::int64_t end = fades_.front().begin + fades_.front().length;
    for (int i = 1; i < count_; ++i) {
        const Fade& fade = fades_[static_cast<std::size_t>(i)];
        end = std::min(end, fade.begin + fade.length);
    }
    return end;
}

}  // namespace earshot::dsp
