#pragma once

#include "common/dsp/chain/kept_sound.hpp"
#include "common/dsp/delay_line.hpp"
#include "common/dsp/implant/implant_engine.hpp"

#include <cstdint>

namespace earshot::dsp {

/// An implant at work in a chain, a little ahead of what is heard; its latest frames stay readable.
/// Thread: one owner. Real-time: everything but construction.
class ImplantVoice {
public:
    /// Most frames of one run().
    static constexpr int kChunk = 128;

    ImplantVoice();

    /// Begins to work as an implant, with no sound. @param recipe  Outlives its use here.
    void start(const ImplantRecipe& recipe) noexcept;
    void release() noexcept { recipe_ = nullptr; }
    /// Null if it is free.
    [[nodiscard]] const ImplantRecipe* recipe() const noexcept { return recipe_; }
    /// As AcousticVoice::run(). @pre recipe() is set
    void run(const DelayLine& input,
             std::int64_t first,
             int count,
             int delay,
             std::int64_t position) noexcept;
    [[nodiscard]] const KeptSound& sound() const noexcept { return sound_; }

private:
    const ImplantRecipe* recipe_ = nullptr;
    ImplantEngine engine_;
    audio::Block work_;
    KeptSound sound_;
};

}  // namespace earshot::dsp
