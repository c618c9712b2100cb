#pragma once

#include "common/audio/block.hpp"
#include "common/base/time.hpp"
#include "common/dsp/level_meter.hpp"
#include "server/tools/picture/sound_facts.hpp"

#include <memory>
#include <vector>

namespace earshot::tools {

/// Measures stereo sound at 48 kHz for its picture, block by block.
///
/// Source: EBU R 128 and Tech 3341 for loudness, by libebur128.
/// Thread: one owner. Real-time: no.
class SoundMeasure {
public:
    /// @param length  Of the whole sound, > 0.
    explicit SoundMeasure(Frames length);
    ~SoundMeasure();
    SoundMeasure(const SoundMeasure&) = delete;
    SoundMeasure& operator=(const SoundMeasure&) = delete;

    /// The next frames. @param block  Shape [2][frames], full scale 1.0.
    void add(audio::ConstBlockView block);
    /// The facts of what came; nothing may be added afterwards.
    [[nodiscard]] picture::SoundFacts take();

private:
    struct Loudness;
    void finish_column();

    std::int64_t frames_;
    std::int64_t seen_ = 0;
    picture::SpectrogramMeter spectrum_;
    dsp::LevelMeter level_;
    std::unique_ptr<Loudness> loudness_;
    std::vector<float> interleaved_;
    picture::SoundFacts facts_;
};

}  // namespace earshot::tools
