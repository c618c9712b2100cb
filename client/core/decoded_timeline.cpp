#include "client/core/decoded_timeline.hpp"

#include <algorithm>

namespace earshot::client {

DecodedTimeline::DecodedTimeline() : samples_(std::size_t{audio::kListenerChannels} * kFrames) {}

void DecodedTimeline::restart(std::int64_t media) noexcept {
    begin_ = media;
    count_ = 0;
}

audio::BlockView DecodedTimeline::append(const BlockInfo& info) noexcept {
    if (count_ == kBlocks) {
        const int dropped = kBlocks - kKeptBlocks;
        for (int c = 0; c < audio::kListenerChannels; ++c) {
            const auto channel = samples().channel(c);
            std::copy(channel.begin() + dropped * kBlockFrames, channel.end(), channel.begin());
        }
        std::copy(infos_.begin() + dropped, infos_.end(), infos_.begin());
        begin_ += std::int64_t{dropped} * kBlockFrames;
        count_ = kKeptBlocks;
    }
    infos_[static_cast<std::size_t>(count_)] = info;
    ++count_;
    return samples().part((count_ - 1) * kBlockFrames, kBlockFrames);
}

audio::ConstBlockView DecodedTimeline::read(std::int64_t from,
                                            int frames,
                                            audio::BlockView scratch) const noexcept {
    if (from >= begin_ && from + frames <= end()) {
        return samples().part(static_cast<int>(from - begin_), frames);
    }
    const audio::BlockView out = scratch.part(0, frames);
    audio::clear(out);
    const std::int64_t first = std::max(from, begin_);
    const std::int64_t last = std::min(from + frames, end());
    if (first < last) {
        const int held = static_cast<int>(last - first);
        audio::copy(samples().part(static_cast<int>(first - begin_), held),
                    out.part(static_cast<int>(first - from), held));
    }
    return out;
}

}  // namespace earshot::client
