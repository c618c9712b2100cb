#include "common/audio/layered_programme.hpp"

#include "common/audio/format.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace earshot::audio {

LayeredProgramme::LayeredProgramme(std::vector<std::unique_ptr<ProgrammeReader>> layers)
    : layers_(std::move(layers)) {
    const bool plain = std::ranges::all_of(
        layers_, [](const auto& layer) { return layer != nullptr && layer->layers() == 1; });
    if (layers_.empty() || layers_.size() > std::size_t{kMaxLayers} || !plain) {
        throw std::invalid_argument("LayeredProgramme: 1 to 5 programmes of one layer");
    }
}

std::optional<Frames> LayeredProgramme::length() const {
    Frames longest{0};
    for (const auto& layer : layers_) {
        const auto length = layer->length();
        if (!length) {
            return std::nullopt;
        }
        longest = std::max(longest, *length);
    }
    return longest;
}

bool LayeredProgramme::read(ProgrammeTime at, BlockView out) {
    EARSHOT_ASSERT(out.channels() == kListenerChannels * layers());
    bool ok = true;
    int channel = 0;
    for (const auto& layer : layers_) {
        ok = layer->read(at, out.channels(channel, kListenerChannels)) && ok;
        channel += kListenerChannels;
    }
    return ok;
}

std::string LayeredProgramme::description() const {
    std::string text;
    for (const auto& layer : layers_) {
        text += (text.empty() ? "" : " + ") + layer->description();
    }
    return text;
}

}  // namespace earshot::audio
