#pragma once

#include "common/dsp/acoustic/acoustic_engine.hpp"
#include "common/dsp/chain/acoustic_path.hpp"
#include "common/dsp/chain/kept_sound.hpp"
#include "common/dsp/delay_line.hpp"
#include "common/dsp/smearing/smearing_stage.hpp"

#include <cstdint>
#include <memory>

namespace earshot::dsp {

/// The acoustic way of a chain, a little ahead of what is heard; its latest frames stay readable.
/// Thread: one owner. Real-time: everything but construction.
class AcousticVoice {
public:
    /// Most frames of one run().
    static constexpr int kChunk = 128;

    explicit AcousticVoice(std::shared_ptr<const GammatoneBank> bank);

    /// Begins with these parameters, and no sound.
    void start(const AcousticPathParameters& parameters) noexcept;
    /// Parameters to be reached kControlPeriod frames after the next control point.
    void set(const AcousticPathParameters& parameters) noexcept;
    /// Makes the frames [first, first + count): those of the input `delay` frames before.
    /// @param position  Programme frame of `first`; follows the last call's unless start() came
    ///                  between.
    /// @pre count <= kChunk
    void run(const DelayLine& input,
             std::int64_t first,
             int count,
             int delay,
             std::int64_t position) noexcept;
    [[nodiscard]] const KeptSound& sound() const noexcept { return sound_; }

private:
    SmearingStage smearing_;
    AcousticEngine bank_;
    audio::Block work_;
    KeptSound sound_;
};

}  // namespace earshot::dsp
