#pragma once

#include "common/dsp/biquad.hpp"
#include "common/dsp/stage.hpp"

#include <array>
#include <cstddef>
#include <span>

namespace earshot::dsp {

/// What a ToneStage does: gain, then a cascade of second-order sections in each ear, then width.
struct ToneRecipe {
    static constexpr std::size_t kMostSections = 12;

    double gain = 1.0;
    double width = 1.0;  ///< 1 keeps the ears apart, 0 gives both the middle.
    std::array<BiquadCoefficients, kMostSections> sections{};
    std::size_t section_count = 0;

    /// @pre section_count < kMostSections
    void add(const BiquadCoefficients& section);
};

/// Level-independent hearing: attenuation by frequency, and width. Runs in double precision.
class ToneStage final : public Stage {
public:
    /// Takes a recipe and forgets all sound. @param recipe  Copied.
    void set(const ToneRecipe& recipe) noexcept;
    void process(audio::BlockView inout) noexcept override;
    void reset() noexcept override;
    [[nodiscard]] int latency() const noexcept override { return 0; }

private:
    static constexpr int kChunk = 128;
    using Ear = std::array<Biquad, ToneRecipe::kMostSections>;

    void run(Ear& ear, std::span<const float> in, std::span<double> out) noexcept;

    ToneRecipe recipe_;
    std::array<Ear, audio::kListenerChannels> ears_{};
    std::array<std::array<double, kChunk>, audio::kListenerChannels> work_{};
    int to_clean_ = kChunk;  ///< Frames until residues are looked for.
};

}  // namespace earshot::dsp
