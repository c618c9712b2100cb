#include "server/source/demo/canvas.hpp"

#include <algorithm>
#include <array>

namespace earshot::source::demo {
namespace {

/// A delay line that feeds back; darker with every pass.
class Comb {
public:
    Comb(std::size_t frames, float seconds)
        : line_(frames),
          feedback_(std::pow(0.001F, static_cast<float>(frames) / (seconds * kRate))) {}
    float next(float in) noexcept {
        float& cell = line_[at_];
        const float out = cell;
        dark_ += 0.55F * (out - dark_);
        cell = in + dark_ * feedback_;
        at_ = at_ + 1 == line_.size() ? 0 : at_ + 1;
        return out;
    }

private:
    Mono line_;
    float feedback_;
    float dark_ = 0.0F;
    std::size_t at_ = 0;
};

class AllPass {
public:
    explicit AllPass(std::size_t frames) : line_(frames) {}
    float next(float in) noexcept {
        float& cell = line_[at_];
        const float out = cell - 0.6F * in;
        cell = in + 0.6F * out;
        at_ = at_ + 1 == line_.size() ? 0 : at_ + 1;
        return out;
    }

private:
    Mono line_;
    std::size_t at_ = 0;
};

/// One ear's half of the room.
class Tail {
public:
    Tail(std::size_t spread, float seconds)
        : combs_{Comb{1'687 + spread, seconds}, Comb{1'933 + spread, seconds},
                 Comb{2'053 + spread, seconds}, Comb{2'251 + spread, seconds}},
          first_(347 + spread),
          second_(113 + spread) {}
    float next(float in) noexcept {
        float sum = 0.0F;
        for (Comb& comb : combs_) {
            sum += comb.next(in);
        }
        return second_.next(first_.next(sum * 0.25F));
    }

private:
    std::array<Comb, 4> combs_;
    AllPass first_;
    AllPass second_;
};

}  // namespace

Canvas::Canvas(double seconds)
    : left_(frames_of(seconds)), right_(left_.size()), send_(left_.size()) {}

void Canvas::add(const Mono& sound, double at, float gain, float pan, float room) {
    const std::size_t first = frames_of(at);
    if (first >= left_.size()) {
        return;
    }
    const std::size_t count = std::min(sound.size(), left_.size() - first);
    const float angle = (pan + 1.0F) * kTurn / 8.0F;
    const float to_left = gain * std::cos(angle);
    const float to_right = gain * std::sin(angle);
    const float to_send = gain * room;
    const float* from = sound.data();
    float* left = left_.data() + first;
    float* right = right_.data() + first;
    float* send = send_.data() + first;
    for (std::size_t n = 0; n < count; ++n) {
        left[n] += from[n] * to_left;
        right[n] += from[n] * to_right;
        send[n] += from[n] * to_send;
    }
}

void Canvas::sound_room(float seconds, float gain) {
    Tail left(0, seconds);
    Tail right(37, seconds);
    const float* send = send_.data();
    float* to_left = left_.data();
    float* to_right = right_.data();
    for (std::size_t n = 0; n < send_.size(); ++n) {
        to_left[n] += gain * left.next(send[n]);
        to_right[n] += gain * right.next(send[n]);
    }
    Mono{}.swap(send_);
}

void Canvas::normalise(float dbtp) {
    const float peak = std::max(true_peak(left_), true_peak(right_));
    if (peak <= 0.0F) {
        return;
    }
    const float gain = std::pow(10.0F, dbtp / 20.0F) / peak;
    for (Mono* channel : {&left_, &right_}) {
        for (float& sample : *channel) {
            sample *= gain;
        }
    }
}

float true_peak(const Mono& sound) {
    constexpr std::size_t kReach = 12;
    constexpr int kPhases = 4;
    std::array<std::array<float, 2 * kReach>, kPhases> taps{};
    for (int phase = 1; phase < kPhases; ++phase) {
        for (std::size_t tap = 0; tap < 2 * kReach; ++tap) {
            const float x = static_cast<float>(tap) - static_cast<float>(kReach - 1) -
                            static_cast<float>(phase) / kPhases;
            const float angle = kTurn * 0.5F * x;
            const float window = std::cos(angle / (2.0F * kReach));
            taps[static_cast<std::size_t>(phase)][tap] = std::sin(angle) / angle * window * window;
        }
    }
    float peak = 0.0F;
    for (const float sample : sound) {
        peak = std::max(peak, std::abs(sample));
    }
    // Sound between two samples hardly exceeds them by more than 6 dB in music.
    const float worth_looking = 0.5F * peak;
    for (std::size_t n = kReach; n + kReach < sound.size(); ++n) {
        if (std::abs(sound[n]) < worth_looking) {
            continue;
        }
        for (std::size_t phase = 1; phase < kPhases; ++phase) {
            float sum = 0.0F;
            for (std::size_t tap = 0; tap < 2 * kReach; ++tap) {
                sum += taps[phase][tap] * sound[n + tap - (kReach - 1)];
            }
            peak = std::max(peak, std::abs(sum));
        }
    }
    return peak;
}

}  // namespace earshot::source::demo
