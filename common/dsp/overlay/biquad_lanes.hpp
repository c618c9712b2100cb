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
/// @tparam N  Even. Thread: one owner. Real-time: yes.
template <std::size_t N>
class BiquadLanes {
    static_assert(N % 2 == 0);

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
    void reset() noexcept { plus_ = minus_ = s2_ = last_ = {}; }
    /// Makes lanes that have died away exactly 0, before they get denormal and slow; and lanes that
    /// were fed what is no sound, so that they come back.
    void drop_residue() noexcept {
        for (std::size_t lane = 0; lane < N; ++lane) {
            const double most = std::max({std::abs(plus_[lane]), std::abs(minus_[lane]),
                                          std::abs(s2_[lane]), std::abs(last_[lane])});
            if (!(most >= kResidue && most <= kNoSound)) {
                plus_[lane] = minus_[lane] = s2_[lane] = last_[lane] = 0.0;
            }
        }
    }

    /// Runs `count` frames: output(i, run(input(i, last))), where last holds the outputs of the
    /// frame before. An input that takes the last output of another lane puts that lane in front of
    /// it, one frame late.
    /// @param input   Frame(int i, const Frame& last).   @param output  void(int i, const Frame&
    ///   y).
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
    /// Two lanes in one register: what every x86-64 and ARMv8 has, and compilers do not always
    /// find.
    using Pair [[gnu::vector_size(16)]] = double;
    static constexpr std::size_t kPairs = N / 2;
    using Pairs = std::array<Pair, kPairs>;

    static Pairs pairs_of(const Frame& frame) noexcept {
        Pairs pairs{};
        for (std::size_t p = 0; p < kPairs; ++p) {
            pairs[p] = Pair{frame[2 * p], frame[2 * p + 1]};
        }
        return pairs;
    }
    static Frame frame_of(const Pairs& pairs) noexcept {
        Frame frame{};
        for (std::size_t p = 0; p < kPairs; ++p) {
            frame[2 * p] = pairs[p][0];
            frame[2 * p + 1] = pairs[p][1];
        }
        return frame;
    }
    template <bool Gliding, class Input, class Output>
    void run_frames(int count, const Input& input, const Output& output) noexcept {
        std::array<Pairs, 5> c{};
        std::array<Pairs, 5> step{};
        for (std::size_t v = 0; v < c.size(); ++v) {
            c[v] = pairs_of(now_[v]);
            step[v] = pairs_of(step_[v]);
        }
        Pairs plus = pairs_of(plus_);
        Pairs minus = pairs_of(minus_);
        Pairs s2 = pairs_of(s2_);
        Frame last = last_;
        for (int i = 0; i < count; ++i) {
            const Pairs x = pairs_of(input(i, last));
            Pairs y{};
            // Transposed direct form II, its first state kept as what was added and what is taken
            // away: fewer operations lie between one output and the next.
            for (std::size_t p = 0; p < kPairs; ++p) {
                y[p] = (c[0][p] * x[p] + plus[p]) - minus[p];
                plus[p] = c[1][p] * x[p] + s2[p];
                minus[p] = c[3][p] * y[p];
                s2[p] = c[2][p] * x[p] - c[4][p] * y[p];
                if constexpr (Gliding) {
                    for (std::size_t v = 0; v < c.size(); ++v) {
                        c[v][p] += step[v][p];
                    }
                }
            }
            last = frame_of(y);
            output(i, last);
        }
        if constexpr (Gliding) {
            for (std::size_t v = 0; v < c.size(); ++v) {
                now_[v] = frame_of(c[v]);
            }
        }
        plus_ = frame_of(plus);
        minus_ = frame_of(minus);
        s2_ = frame_of(s2);
        last_ = last;
    }

    Coefficients target_{};
    Values now_{};
    Values step_{};
    Frame plus_{};
    Frame minus_{};
    Frame s2_{};
    Frame last_{};
    bool gliding_ = false;
};

}  // namespace earshot::dsp
