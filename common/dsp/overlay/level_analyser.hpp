#pragma once

#include "common/audio/block.hpp"
#include "common/dsp/overlay/programme_levels.hpp"

#include <cstdint>
#include <memory>

namespace earshot::dsp {

/// Measures the levels of a programme as it is fed, from a file or live.
///
/// Hann windows of 4096 frames, 1200 apart, four to an entry: an entry is complete 1448 frames
/// after its end. The result is the same however the sound is cut into calls. Samples that are not
/// finite count as silence.
/// Thread: one owner. Real-time: no (it allocates as it grows).
class LevelAnalyser {
public:
    /// @param first_frame  Programme frame of the first sample; levels begin with the first entry
    /// that
    ///   begins there or later, what lies before it is not heard.
    explicit LevelAnalyser(std::int64_t first_frame = 0);
    ~LevelAnalyser();
    LevelAnalyser(const LevelAnalyser&) = delete;
    LevelAnalyser& operator=(const LevelAnalyser&) = delete;

    /// Takes the next frames.
    /// @param in  Shape [2][frames], full scale 1.0.
    void take(audio::ConstBlockView in);
    /// Completes the entry in progress with silence, as at the end of a file. Nothing may come
    /// after.
    void finish();
    /// What is complete. Stays where it is in memory; grows with take() and finish().
    [[nodiscard]] const ProgrammeLevels& levels() const noexcept;

private:
    class Engine;
    std::unique_ptr<Engine> engine_;
};

}  // namespace earshot::dsp
