#pragma once

#include "common/audio/block.hpp"
#include "common/audio/format.hpp"
#include "common/base/zeroed_array.hpp"
#include "common/wire/packet.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace earshot::client {

/// The newest decoded audio of one lane, contiguous in memory and in media time.
/// Thread: one owner. Real-time: everything but the constructor.
class DecodedTimeline {
public:
    static constexpr int kBlockFrames = 960;
    /// Blocks held at most, and blocks kept when room is made (100 ms of history at least).
    static constexpr int kBlocks = 24;
    static constexpr int kKeptBlocks = 9;

    /// What is known about one block.
    struct BlockInfo {
        wire::PacketStamp stamp;
        bool concealed = false;
    };

    DecodedTimeline();

    /// Empties it; the next block starts at this media frame.
    void restart(std::int64_t media) noexcept;
    /// Room for the next block, shape [2][960]; the caller fills it before anything else is called.
    [[nodiscard]] audio::BlockView append(const BlockInfo& info) noexcept;

    /// First media frame held, and the one after the last.
    [[nodiscard]] std::int64_t begin() const noexcept { return begin_; }
    [[nodiscard]] std::int64_t end() const noexcept {
        return begin_ + std::int64_t{count_} * kBlockFrames;
    }
    /// The frames [from, from + frames), shape [2][frames], borrowed until the next append();
    /// where they are not held, zeros: then scratch is filled and a view of it returned.
    [[nodiscard]] audio::ConstBlockView read(std::int64_t from,
                                             int frames,
                                             audio::BlockView scratch) const noexcept;

    [[nodiscard]] int blocks() const noexcept { return count_; }
    [[nodiscard]] const BlockInfo& info(int index) const noexcept {
        return infos_[static_cast<std::size_t>(index)];
    }
    [[nodiscard]] audio::ConstBlockView block(int index) const noexcept {
        return samples().part(index * kBlockFrames, kBlockFrames);
    }
    [[nodiscard]] std::int64_t block_media(int index) const noexcept {
        return begin_ + std::int64_t{index} * kBlockFrames;
    }

private:
    static constexpr int kFrames = kBlocks * kBlockFrames;

    [[nodiscard]] audio::BlockView samples() noexcept {
        return {samples_.data(), audio::kListenerChannels, kFrames, kFrames};
    }
    [[nodiscard]] audio::ConstBlockView samples() const noexcept {
        return {samples_.data(), audio::kListenerChannels, kFrames, kFrames};
    }

    ZeroedArray<float> samples_;  ///< Planar, shape [2][kFrames].
    std::array<BlockInfo, kBlocks> infos_{};
    std::int64_t begin_ = 0;
    int count_ = 0;
};

}  // namespace earshot::client
