#pragma once

#include "common/audio/block.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace earshot::picture {

/// Level over time and frequency of a sound at 48 kHz.
struct Spectrogram {
    std::size_t columns = 0;
    std::size_t rows = 0;     ///< Logarithmic in frequency, the highest first.
    double lowest_hz = 0.0;   ///< Lower edge of the last row.
    double highest_hz = 0.0;  ///< Upper edge of row 0.
    std::vector<float> dbfs;  ///< Shape [rows][columns]; a full-scale sine is 0, nothing is -200.
};

/// Measures a spectrogram of sound that comes block by block, in memory that does not grow with it.
///
/// Hann windows of 4096 frames, evenly spread: one in the middle of each column, or as many as lie
/// at most 8192 frames apart. A row shows the strongest bin in its band, its power averaged over
/// channels and windows.
/// Thread: one owner. Real-time: no.
class SpectrogramMeter {
public:
    static constexpr std::int64_t kWindow = 4'096;

    /// @param columns, rows  At least 1.
    /// @param frames         Of the whole sound, >= 0.
    /// @param channels       1 to audio::kMaxChannels.
    SpectrogramMeter(std::size_t columns,
                     std::size_t rows,
                     std::int64_t frames,
                     int channels,
                     double lowest_hz = 40.0,
                     double highest_hz = 16'000.0);
    ~SpectrogramMeter();
    SpectrogramMeter(const SpectrogramMeter&) = delete;
    SpectrogramMeter& operator=(const SpectrogramMeter&) = delete;

    /// The next frames. @param block  Shape [channels][frames], full scale 1.0.
    void add(audio::ConstBlockView block);
    /// The picture of what came; frames that did not come are silence.
    [[nodiscard]] Spectrogram take();

private:
    struct Transform;
    [[nodiscard]] std::int64_t middle_of(std::int64_t window) const noexcept;
    void transform_channel(std::size_t channel);
    void finish_window();

    Spectrogram result_;
    std::int64_t frames_;
    std::int64_t windows_;                  ///< In all.
    std::int64_t window_ = 0;               ///< The next one.
    std::int64_t seen_ = 0;                 ///< Frames that came.
    std::vector<std::vector<float>> past_;  ///< Shape [channels][kWindow], a ring by frame number.
    std::vector<float> windowed_;
    std::vector<double> power_;       ///< By bin, all channels of this window.
    std::vector<double> row_power_;   ///< Shape [rows][columns].
    std::vector<std::size_t> edges_;  ///< Bins: edges_[row + 1] to edges_[row] belong to a row.
    std::unique_ptr<Transform> transform_;
};

}  // namespace earshot::picture
