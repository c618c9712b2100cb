#include "common/dsp/tone_stage.hpp"

#include <algorithm>
#include <cmath>

namespace earshot::dsp {
namespace {

/// A float with a value so small counts as silence: -600 dB, well above the denormals.
constexpr double kSilence = 1e-30;

float to_sample(double value) noexcept {
    return std::abs(value) < kSilence ? 0.0F : static_cast<float>(value);
}

}  // namespace

void ToneRecipe::add(const BiquadCoefficients& section) {
    EARSHOT_ASSERT(section_count < kMostSections);
    sections[section_count++] = section;
}

void ToneStage::set(const ToneRecipe& recipe) noexcept {
    recipe_ = recipe;
    reset();
}

void ToneStage::reset() noexcept {
    ears_ = {};
    to_clean_ = kChunk;
}

void ToneStage::run(Ear& ear, std::span<const float> in, std::span<double> out) noexcept {
    std::transform(in.begin(), in.end(), out.begin(), [gain = recipe_.gain](float sample) {
        return gain * static_cast<double>(sample);
    });
    for (std::size_t i = 0; i < recipe_.section_count; ++i) {
        ear[i].process(recipe_.sections[i], out);
    }
}

void ToneStage::process(audio::BlockView inout) noexcept {
    // Cleaning happens every kChunk frames since reset(), wherever the calls are cut.
    for (int done = 0; done < inout.frames();) {
        const int count = std::min(inout.frames() - done, to_clean_);
        const auto frames = static_cast<std::size_t>(count);
        const auto left = inout.part(done, count).channel(0);
        const auto right = inout.part(done, count).channel(1);
        run(ears_[0], left, std::span{work_[0]}.first(frames));
        run(ears_[1], right, std::span{work_[1]}.first(frames));
        const double same = 0.5 * (1.0 + recipe_.width);
        const double other = 0.5 * (1.0 - recipe_.width);
        for (std::size_t i = 0; i < frames; ++i) {
            const double l = work_[0][i];
            const double r = work_[1][i];
            left[i] = to_sample(same * l + other * r);
            right[i] = to_sample(same * r + other * l);
        }
        done += count;
        to_clean_ -= count;
        if (to_clean_ == 0) {
            for (Ear& ear : ears_) {
                std::for_each(ear.begin(), ear.end(), [](Biquad& b) { b.drop_residue(); });
            }
            to_clean_ = kChunk;
        }
    }
}

}  // namespace earshot::dsp
