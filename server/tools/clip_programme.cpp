#include "server/tools/clip_programme.hpp"

#include "common/audio/format.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace earshot::tools {
namespace {

int frames_of(std::span<const Clip> clips) {
    const Frames all =
        std::accumulate(clips.begin(), clips.end(), Frames{0},
                        [](Frames sum, const Clip& clip) { return sum + clip.length; });
    return static_cast<int>(all.count());
}

/// Raised cosines at both ends.
void fade_ends(audio::BlockView block) {
    const auto fade = static_cast<std::size_t>(kClipFade.count());
    for (int channel = 0; channel < block.channels(); ++channel) {
        const auto samples = block.channel(channel);
        for (std::size_t n = 0; n < fade; ++n) {
            const double part = (static_cast<double>(n) + 0.5) / static_cast<double>(fade);
            const auto gain = static_cast<float>(0.5 - 0.5 * std::cos(std::numbers::pi * part));
            samples[n] *= gain;
            samples[samples.size() - 1 - n] *= gain;
        }
    }
}

}  // namespace

ClipProgramme::ClipProgramme(audio::ProgrammeReader& whole,
                             std::span<const Clip> clips,
                             std::string description)
    : sound_(audio::kListenerChannels, frames_of(clips)), description_(std::move(description)) {
    int at = 0;
    for (const Clip& clip : clips) {
        const auto frames = static_cast<int>(clip.length.count());
        const audio::BlockView part = sound_.view().part(at, frames);
        if (!whole.read(clip.from, part)) {
            throw std::runtime_error("cannot read " + whole.description());
        }
        fade_ends(part);
        at += frames;
    }
}

bool ClipProgramme::read(ProgrammeTime at, audio::BlockView out) {
    audio::clear(out);
    const std::int64_t first = at.time_since_epoch().count();
    const std::int64_t begin = std::clamp<std::int64_t>(first, 0, sound_.frames());
    const std::int64_t end = std::clamp<std::int64_t>(first + out.frames(), begin, sound_.frames());
    const auto count = static_cast<int>(end - begin);
    if (count > 0) {
        audio::copy(std::as_const(sound_).view().part(static_cast<int>(begin), count),
                    out.part(static_cast<int>(begin - first), count));
    }
    return true;
}

}  // namespace earshot::tools
