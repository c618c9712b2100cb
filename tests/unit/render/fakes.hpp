#pragma once

#include "common/audio/ports.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace earshot::render::test {

/// The value of a programme frame: quiet, and different for 4 096 frames in a row.
inline float value_at(std::int64_t frame) noexcept {
    return 0.1F * static_cast<float>(((frame % 4'096) + 4'096) % 4'096) / 4'096.0F;
}

/// A programme whose every frame says where it stands.
class CountingFeed final : public audio::ProgrammeFeed {
public:
    explicit CountingFeed(bool seekable = true) : seekable_(seekable) {}
    [[nodiscard]] bool seekable() const noexcept override { return seekable_; }
    [[nodiscard]] std::optional<Frames> length() const noexcept override { return std::nullopt; }
    [[nodiscard]] std::string description() const override { return "counting"; }
    void prepare(int lane, ProgrammeTime from) override {
        next_.at(static_cast<std::size_t>(lane)) = from.time_since_epoch().count();
    }
    [[nodiscard]] bool primed(int) const noexcept override { return true; }
    [[nodiscard]] bool holds(int, Frames) const noexcept override { return !slow; }
    void pull(int lane, audio::BlockView out) noexcept override {
        std::int64_t& next = next_[static_cast<std::size_t>(lane)];
        for (int c = 0; c < out.channels(); ++c) {
            for (int i = 0; i < out.frames(); ++i) {
                out.channel(c)[static_cast<std::size_t>(i)] = value_at(next + i);
            }
        }
        next += out.frames();
        pulled += out.frames();
    }
    [[nodiscard]] audio::FeedCounters counters() const noexcept override { return {}; }
    void set_pace(Frames time, Frames of) noexcept override {
        least_pace = std::min(least_pace,
                              static_cast<double>(time.count()) / static_cast<double>(of.count()));
    }

    std::int64_t pulled = 0;
    double least_pace = 1.0;
    bool slow = false;  ///< Nothing is read yet.

private:
    bool seekable_;
    std::array<std::int64_t, kLanes> next_{};
};

/// Keeps every block. Sized beforehand, so that it may stand in real-time scope.
class RecordingSink final : public audio::RenderSink {
public:
    struct Entry {
        int lane = 0;
        StreamId stream;
        Epoch epoch;
        MediaTime media;
        ProgrammeTime programme;
        std::array<float, 960> left{};
    };
    RecordingSink() { entries.reserve(4'096); }
    void begin(int lane, StreamId, Epoch epoch) noexcept override {
        epochs_[static_cast<std::size_t>(lane)] = epoch;
    }
    void block(int lane,
               StreamId stream,
               MediaTime media,
               ProgrammeTime programme,
               audio::ConstBlockView block) noexcept override {
        if (entries.size() == entries.capacity()) return;
        Entry& entry = entries.emplace_back();
        entry.lane = lane;
        entry.stream = stream;
        entry.epoch = epochs_[static_cast<std::size_t>(lane)];
        entry.media = media;
        entry.programme = programme;
        for (std::size_t i = 0; i < entry.left.size(); ++i) entry.left[i] = block.channel(0)[i];
    }
    void flush() noexcept override {}

    std::vector<Entry> entries;

private:
    std::array<Epoch, audio::ProgrammeFeed::kLanes> epochs_{};
};

}  // namespace earshot::render::test
