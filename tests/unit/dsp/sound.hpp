#pragma once

#include "common/audio/block.hpp"
#include "common/base/time.hpp"
#include "common/dsp/fade_curve.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

/// Sounds to put through the hearing chain, and what is measured on them.
namespace earshot::dsp::sound {

/// Two channels of equal length, full scale 1.0.
struct Stereo {
    std::vector<float> left;
    std::vector<float> right;

    Stereo() = default;
    explicit Stereo(int frames)
        : left(static_cast<std::size_t>(frames)), right(static_cast<std::size_t>(frames)) {}
    [[nodiscard]] int frames() const { return static_cast<int>(left.size()); }
};

/// The same in both ears; value(frame).
[[nodiscard]] Stereo both(int frames, const std::function<double(int)>& value);
/// A sine in both ears, from phase 0.
[[nodiscard]] Stereo tone(double frequency_hz, double amplitude, int frames);
/// Evenly distributed in +-amplitude, independent in the two ears.
[[nodiscard]] Stereo noise(double amplitude, int frames, std::uint32_t seed);
/// Drum-like bursts, a melody and noise: something in every band, with pauses.
[[nodiscard]] Stereo programme(double amplitude, int frames, std::uint32_t seed);

/// Puts a sound through anything with process(BlockView), in place, in blocks in turn.
template <class Stage>
void run(Stage& stage, Stereo& inout, const std::vector<int>& blocks = {960}) {
    audio::Block work(2, 8'192);
    std::size_t turn = 0;
    for (int done = 0; done < inout.frames();) {
        const int count = std::min(blocks[turn++ % blocks.size()], inout.frames() - done);
        const audio::BlockView view = work.view().part(0, count);
        std::copy_n(inout.left.begin() + done, count, view.channel(0).begin());
        std::copy_n(inout.right.begin() + done, count, view.channel(1).begin());
        stage.process(view);
        std::copy_n(view.channel(0).begin(), count, inout.left.begin() + done);
        std::copy_n(view.channel(1).begin(), count, inout.right.begin() + done);
        done += count;
    }
}

/// True if every sample has the same bits.
[[nodiscard]] bool identical(const Stereo& a, const Stereo& b);
/// in, `frames` later, silence before; same length.
[[nodiscard]] Stereo delayed(const Stereo& in, int frames);

/// Largest sample magnitude of frames [from, to) above a frequency (12th order high-pass), dBFS.
[[nodiscard]] double peak_above_dbfs(const std::vector<float>& sound,
                                     double frequency_hz,
                                     int from,
                                     int to);
/// Level of what lies above a frequency, root mean square, dBFS.
[[nodiscard]] double level_above_dbfs(const std::vector<float>& sound,
                                      double frequency_hz,
                                      int from);
/// Amplitude of a sine in frames [from, end), dB re 1.0.
[[nodiscard]] double tone_db(const std::vector<float>& sound, double frequency_hz, int from);
/// Root mean square of frames [from, to), dBFS.
[[nodiscard]] double rms_dbfs(const std::vector<float>& sound, int from, int to);
/// Largest difference of two sounds of equal length.
[[nodiscard]] double largest_difference(const Stereo& a, const Stereo& b);
/// The frames from one on.
[[nodiscard]] Stereo tail(const Stereo& sound, int from);
/// Largest difference of neighbouring samples in frames [from, to).
[[nodiscard]] double largest_step(const std::vector<float>& sound, int from, int to);
[[nodiscard]] double largest(const Stereo& sound);
/// True peak by libebur128, dBTP, the louder ear.
[[nodiscard]] double true_peak_dbtp(const Stereo& sound);
[[nodiscard]] double correlation(const std::vector<float>& a,
                                 const std::vector<float>& b,
                                 int from);

}  // namespace earshot::dsp::sound
