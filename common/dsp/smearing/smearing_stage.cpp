#include "common/dsp/smearing/smearing_stage.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <span>

namespace earshot::dsp {
namespace {

constexpr std::int32_t bits_of(float magnitude) noexcept {
    return std::bit_cast<std::int32_t>(magnitude);
}

// Magnitudes are in the order of their bits, and infinity and NaN are above all others.
constexpr std::int32_t kQuietest = bits_of(1e-10F);
constexpr std::int32_t kLoudest = bits_of(1e6F);

std::int32_t peak_bits(std::span<const float> sound) noexcept {
    constexpr std::int32_t kMagnitude = 0x7FFF'FFFF;
    std::int32_t peak = 0;
    for (const float sample : sound) {
        peak = std::max(peak, bits_of(sample) & kMagnitude);
    }
    return peak;
}

bool smears(const SmearingParameters::Ear& terms) noexcept {
    return std::any_of(terms.begin(), terms.end(), [](const SmearingTerm& term) {
        return term.matrix != nullptr && term.amount > 0.0;
    });
}

/// Moves a frame on by a hop.
template <std::size_t Size>
void shift(std::array<float, Size>& frame, std::size_t hop) noexcept {
    std::copy(frame.data() + hop, frame.data() + Size, frame.data());
}

}  // namespace

void SmearingStage::process(audio::BlockView inout, std::int64_t position) noexcept {
    for (int done = 0; done < inout.frames();) {
        const int at = static_cast<int>((position + done) & (kHop - 1));
        const int count = std::min(inout.frames() - done, kHop - at);
        for (int i = 0; i < audio::kListenerChannels; ++i) {
            Ear& ear = ears_[static_cast<std::size_t>(i)];
            float* sound = inout.channel(i).data() + done;
            std::copy_n(sound, count, ear.in.data() + (kFrame - kHop) + at);
            std::copy_n(ear.out.data() + at, count, sound);
        }
        done += count;
        if (at + count == kHop) {
            for (std::size_t i = 0; i < ears_.size(); ++i) {
                end_hop(ears_[i], parameters_.ears[i]);
            }
        }
    }
}

void SmearingStage::end_hop(Ear& ear, const SmearingParameters::Ear& terms) noexcept {
    std::copy(ear.peaks.begin() + 1, ear.peaks.end(), ear.peaks.begin());
    ear.peaks.back() = peak_bits(std::span{ear.in}.last<kHop>());
    const std::int32_t peak = *std::max_element(ear.peaks.begin(), ear.peaks.end());
    if (peak >= kQuietest && peak <= kLoudest && smears(terms)) {
        transform_.add_change(ear.in, terms, ear.change);
        ear.changing = kHops;
    }
    std::copy_n(ear.in.data(), kHop, ear.out.data());
    if (ear.changing > 0) {
        const float* change = ear.change.data();
        float* out = ear.out.data();
        for (int i = 0; i < kHop; ++i) {
            out[i] += change[i];
        }
        shift(ear.change, kHop);
        std::fill_n(ear.change.end() - kHop, kHop, 0.0F);
        --ear.changing;
    }
    shift(ear.in, kHop);
}

void SmearingStage::reset() noexcept {
    ears_ = {};
}

}  // namespace earshot::dsp
