#pragma once

#include "common/base/assert.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>

namespace earshot::audio {

/// Non-owning planar audio, shape [channels][frames], full scale 1.0. Cheap to copy.
/// T is float or const float.
template <class T>
class BasicBlockView {
public:
    BasicBlockView() = default;
    /// @param data    First sample of channel 0.
    /// @param stride  Distance in samples between the starts of two channels, >= frames.
    BasicBlockView(T* data, int channels, int frames, int stride) noexcept
        : data_(data), channels_(channels), frames_(frames), stride_(stride) {}
    // A view that writes is a view that reads: meant to convert by itself.
    // NOLINTNEXTLINE(google-explicit-constructor)
    BasicBlockView(const BasicBlockView<float>& other) noexcept requires(!std::is_same_v<T, float>)
        : data_(other.data()),
          channels_(other.channels()),
          frames_(other.frames()),
          stride_(other.stride()) {}
    BasicBlockView(const BasicBlockView&) noexcept = default;
    BasicBlockView& operator=(const BasicBlockView&) noexcept = default;

    [[nodiscard]] T* data() const noexcept { return data_; }
    [[nodiscard]] int channels() const noexcept { return channels_; }
    [[nodiscard]] int frames() const noexcept { return frames_; }
    [[nodiscard]] int stride() const noexcept { return stride_; }
    /// @pre 0 <= index < channels()
    [[nodiscard]] std::span<T> channel(int index) const noexcept {
        EARSHOT_ASSERT(index >= 0 && index < channels_);
        return {data_ + std::ptrdiff_t{index} * stride_, static_cast<std::size_t>(frames_)};
    }
    /// The frames [first, first + count).
    /// @pre 0 <= first, first + count <= frames()
    [[nodiscard]] BasicBlockView part(int first, int count) const noexcept {
        EARSHOT_ASSERT(first >= 0 && count >= 0 && first + count <= frames_);
        return {data_ + first, channels_, count, stride_};
    }

    /// The channels [first, first + count).
    /// @pre 0 <= first, first + count <= channels()
    [[nodiscard]] BasicBlockView channels(int first, int count) const noexcept {
        EARSHOT_ASSERT(first >= 0 && count >= 0 && first + count <= channels_);
        return {data_ + std::ptrdiff_t{first} * stride_, count, frames_, stride_};
    }

private:
    T* data_ = nullptr;
    int channels_ = 0;
    int frames_ = 0;
    int stride_ = 0;
};

using BlockView = BasicBlockView<float>;
using ConstBlockView = BasicBlockView<const float>;

/// Owning planar audio, zeroed, every channel aligned to 64 bytes.
/// Real-time: view(), channel() and clear(); not the constructor.
class Block {
public:
    /// @param channels  1 to kMaxBlockChannels.   @param frames  >= 0.
    Block(int channels, int frames);
    [[nodiscard]] BlockView view() noexcept { return {data_.get(), channels_, frames_, stride_}; }
    [[nodiscard]] ConstBlockView view() const noexcept {
        return {data_.get(), channels_, frames_, stride_};
    }
    [[nodiscard]] std::span<float> channel(int index) noexcept { return view().channel(index); }
    [[nodiscard]] std::span<const float> channel(int index) const noexcept {
        return view().channel(index);
    }
    [[nodiscard]] int channels() const noexcept { return channels_; }
    [[nodiscard]] int frames() const noexcept { return frames_; }
    void clear() noexcept;

private:
    struct Free {
        void operator()(float* data) const noexcept;
    };
    int channels_;
    int frames_;
    int stride_;
    std::unique_ptr<float[], Free> data_;
};

/// Copies sample for sample. @pre same shape
void copy(ConstBlockView from, BlockView to) noexcept;
/// Sets every sample to 0.
void clear(BlockView block) noexcept;

}  // namespace earshot::audio
