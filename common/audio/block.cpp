#include "common/audio/block.hpp"

#include "common/audio/format.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <stdexcept>

namespace earshot::audio {
namespace {

constexpr std::size_t kAlignBytes = 64;
constexpr int kAlignFloats = static_cast<int>(kAlignBytes / sizeof(float));

}  // namespace

void Block::Free::operator()(float* data) const noexcept {
    ::operator delete[](data, std::align_val_t{kAlignBytes});
}

Block::Block(int channels, int frames)
    : channels_(channels),
      frames_(frames),
      stride_((std::max(frames, 1) + kAlignFloats - 1) / kAlignFloats * kAlignFloats) {
    if (channels < 1 || channels > kMaxBlockChannels || frames < 0) {
        throw std::invalid_argument("Block: 1 to 10 channels, 0 or more frames");
    }
    const auto samples = static_cast<std::size_t>(stride_) * static_cast<std::size_t>(channels_);
    data_.reset(new (std::align_val_t{kAlignBytes}) float[samples]);
    std::fill_n(data_.get(), samples, 0.0F);
}

void Block::clear() noexcept {
    audio::clear(view());
}

void copy(ConstBlockView from, BlockView to) noexcept {
    EARSHOT_ASSERT(from.channels() == to.channels() && from.frames() == to.frames());
    for (int c = 0; c < from.channels(); ++c) {
        std::ranges::copy(from.channel(c), to.channel(c).begin());
    }
}

void clear(BlockView block) noexcept {
    for (int c = 0; c < block.channels(); ++c) {
        std::ranges::fill(block.channel(c), 0.0F);
    }
}

}  // namespace earshot::audio
