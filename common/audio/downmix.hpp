#pragma once

#include "common/audio/block.hpp"
#include "common/audio/format.hpp"

#include <array>
#include <span>
#include <string>
#include <vector>

namespace earshot::audio {

/// Where a channel of a recording is meant to sound.
enum class Speaker {
    mono,
    left,
    right,
    centre,
    lfe,
    side_left,
    side_right,
    back_left,
    back_right,
    back_centre,
    unknown,
};

/// The channel order of WAV and FLAC files that do not say otherwise:
/// 1 mono; 2 L R; 3 L R C; 4 L R Lb Rb; 5 L R C Lb Rb; 6 L R C LFE Lb Rb (5.1);
/// 7 L R C LFE Cb Ls Rs (6.1); 8 L R C LFE Lb Rb Ls Rs (7.1).
/// @param channels  1 to kMaxChannels.   @throws std::invalid_argument
[[nodiscard]] std::vector<Speaker> default_layout(int channels);

/// For people: "mono", "stereo", "quad", "5.1", "7.1", else "N channels".
[[nodiscard]] std::string layout_name(std::span<const Speaker> layout);

/// Folds any layout up to 7.1 into stereo.
///
/// L' = L + 0.7071 C + 0.7071 Ls, R' likewise; no further attenuation, so that a film's dialogue
/// and front channels keep their level (sums may exceed full scale: float, and the chain's limiter
/// follows). Where there is a side and a back pair (7.1), each has 0.5; a back centre has 0.5 in
/// both. The LFE channel is dropped, as the standard allows: players that need it have a subwoofer.
/// Mono goes to both channels unchanged; stereo is exact. Channels of no known place are dropped
/// unless nothing else is there.
/// Source: ITU-R BS.775-3, annex 4, table 2 (3/2 to 2/0).
/// Thread: any; nothing in it changes. Real-time: process(); not the constructor.
class Downmix {
public:
    struct Gains {
        float left = 0.0F;
        float right = 0.0F;
    };

    /// @param layout  1 to kMaxChannels speakers.   @throws std::invalid_argument
    explicit Downmix(std::span<const Speaker> layout);

    /// @param in   Shape [frames][channels], as many channels as the layout.
    /// @param out  Shape [2][frames]; not the same memory as in.
    void process(std::span<const float> in, BlockView out) const noexcept;

    [[nodiscard]] int channels() const noexcept { return channels_; }
    /// @pre 0 <= channel < channels()
    [[nodiscard]] Gains gains(int channel) const noexcept;

private:
    std::array<Gains, kMaxChannels> gains_{};
    int channels_;
};

}  // namespace earshot::audio
