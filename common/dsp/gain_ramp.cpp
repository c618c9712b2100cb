#include "common/dsp/gain_ramp.hpp"

#include <algorithm>

namespace earshot::dsp {
namespace {

double blend(double from, double to, double u) noexcept {
    return u >= 1.0 ? to : from + u * (to - from);
}

}  // namespace

void GainRamp::set(double gain) noexcept {
    base_ = gain;
    count_ = 0;
}

void GainRamp::move_to(double gain, Frames fade, FadeCurve curve, Frames begins) noexcept {
    if (count_ == static_cast<int>(moves_.size())) {
        // The oldest move stops where it is; seven younger ones lie over it.
        const Move& oldest = moves_.front();
        base_ = blend(base_, oldest.target,
                      fade_value(oldest.curve, static_cast<double>(now_ - oldest.begin) /
                                                   static_cast<double>(oldest.length)));
        std::move(moves_.begin() + 1, moves_.end(), moves_.begin());
        --count_;
    }
    moves_[static_cast<std::size_t>(count_++)] = {gain, now_ + begins.count(),
                                                  std::max<std::int64_t>(1, fade.count()), curve};
    drop_finished();
}

double GainRamp::gain() const noexcept {
    double gain = base_;
    for (int i = 0; i < count_; ++i) {
        const Move& move = moves_[static_cast<std::size_t>(i)];
        gain = blend(gain, move.target,
                     fade_value(move.curve, static_cast<double>(now_ - move.begin) /
                                                static_cast<double>(move.length)));
    }
    return gain;
}

double GainRamp::target() const noexcept {
    return count_ > 0 ? moves_[static_cast<std::size_t>(count_ - 1)].target : base_;
}

void GainRamp::drop_finished() noexcept {
    for (int i = count_ - 1; i >= 0; --i) {
        const Move& move = moves_[static_cast<std::size_t>(i)];
        if (now_ >= move.begin + move.length) {
            base_ = move.target;  // whatever lies under a finished move is not heard
            std::move(moves_.begin() + i + 1, moves_.begin() + count_, moves_.begin());
            count_ -= i + 1;
            return;
        }
    }
}

void GainRamp::process(audio::BlockView inout) noexcept {
    for (int frame = 0; frame < inout.frames(); ++frame) {
        if (count_ == 0) {
            if (base_ != 1.0) {
                for (int channel = 0; channel < inout.channels(); ++channel) {
                    for (float& sample :
                         inout.part(frame, inout.frames() - frame).channel(channel)) {
                        sample = static_cast<float>(static_cast<double>(sample) * base_);
                    }
                }
            }
            return;
        }
        const double now = gain();
        for (int channel = 0; channel < inout.channels(); ++channel) {
            float& sample = inout.channel(channel)[static_cast<std::size_t>(frame)];
            sample = static_cast<float>(static_cast<double>(sample) * now);
        }
        ++now_;
        drop_finished();
    }
}

}  // namespace earshot::dsp
