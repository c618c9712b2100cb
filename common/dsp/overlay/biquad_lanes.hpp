#pragma once

#include "common/dsp/biquad.hpp"
#include "common/dsp/control_grid.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace earshot::dsp {

/// N second-order sections side by side, one sample of each at a time, so that they share vector
/// instructions and hide each other's latency. Their coefficients glide linearly over a control
/// period; two stable sections have only stable ones between them.
/// Thread: one owner. Real-time: yes.
template <std::size_t N>
class BiquadLanes {
public:
    using Frame = std::array<double, N>;
    using Coefficients = std::array<BiquadCoefficients, N>;

    /// Takes coefficients at once; the sound stays.
    void jump(const Coefficients& to) noexcept {
        target_ = to;
        load(now_, to);
        step_ = {};
        gliding_ = false;
    }
    /// At a control point: glides from where the last period ended to these, over one period.
    void aim(const Coefficients& to) noexcept {
        load(now_, target_);
        target_ = to;
        Values end;
        load(end, to);
        gliding_ = false;
        for (std::size_t v = 0; v < end.size(); ++v) {
            for (std::size_t lane = 0; lane < N; ++lane) {
                step_[v][lane] = (end[v][lane] - now_[v][lane]) / kControlPeriod;
                gliding_ = gliding_ || step_[v][lane] != 0.0;
            }
        }
    }
    void reset() noexcept { s1_ = s2_ = last_ = {}; }
    /// Makes lanes that have died away exactly 0, before they get denormal and slow; and lanes that
    /// were fed what is no sound, so that they come back.
    void drop_residue() noexcept {
        for (std::size_t lane = 0; lane < N; ++lane) {
            const double most = std::max(std::abs(s1_[lane]), std::abs(s2_[lane]));
            if (!(most >= kResidue && most <= kNoSound)) {
                s1_[lane] = s2_[lane] = last_[lane] = 0.0;
            }
        }
    }

    /// Runs `count` frames: output(i, run(input(i, last))), where last holds the outputs of the
    /// frame before. An input that takes the last output of another lane puts that lane in front of
    /// it, one frame late.
    /// @param input   Frame(int i, const Frame& last).   @param output  void(int i, const Frame&
    /// y).
    template <class Input, class Output>
    void run(int count, const Input& input, const Output& output) noexcept {
        if (gliding_) {
            run_frames<true>(count, input, output);
        } else {
            run_frames<false>(count, input, output);
        }
    }

private:
    using Values = std::array<Frame, 5>;  ///< b0, b1, b2, a1, a2.
    static constexpr double kResidue = 1e-40;
    static constexpr double kNoSound = 1e30;

    static void load(Values& to, const Coefficients& from) noexcept {
        for (std::size_t lane = 0; lane < N; ++lane) {
            to[0][lane] = from[lane].b0;
            to[1][lane] = from[lane].b1;
            to[2][lane] = from[lane].b2;
            to[3][lane] = from[lane].a1;
            to[4][lane] = from[lane].a2;
        }
    }
    template <bool Gliding, class Input, class Output>
    void run_frames(int count, const Input& input, const Output& output) noexcept {
        Values c = now_;
        Frame s1 = s1_;
        Frame s2 = s2_;
        Frame y = last_;
        for (int i = 0; i < count; ++i) {
            const Frame x = input(i, y);
            for (std::size_t lane = 0; lane < N; ++lane) {
                y[lane] = c[0][lane] * x[lane] + s1[lane];
                s1[lane] = c[1][lane] * x[lane] - c[3][lane] * y[lane] + s2[lane];
                s2[lane] = c[2][lane] * x[lane] - c[4][lane] * y[lane];
            }
            if constexpr (Gliding) {
                for (std::size_t v = 0; v < c.size(); ++v) {
                    for (std::size_t lane = 0; lane < N; ++lane) {
                        c[v][lane] += step_[v][lane];
                    }
                }
            }
            output(i, y);
        }
        now_ = c;
        s1_ = s1;
        s2_ = s2;
        last_ = y;
    }

    Coefficients target_{};
    Values now_{};
    Values step_{};
    Frame s1_{};
    Frame s2_{};
    Frame last_{};
    bool gliding_ = false;
};

}  // namespace earshot::dsp
