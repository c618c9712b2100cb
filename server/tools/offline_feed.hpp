#pragma once

#include "common/audio/ports.hpp"

#include <array>
#include <functional>
#include <optional>
#include <string>

namespace earshot::tools {

/// A programme that is read when it is asked for, without a thread: for who has time.
/// Gives the samples that source::ReaderFeed gives when nothing starves.
/// Thread: one owner. Real-time: no.
class OfflineFeed final : public audio::ProgrammeFeed {
public:
    /// Told of every block that was pulled, all layers, gain applied.
    /// @param at  Position of its first frame; may lie before or after the programme.
    using Tap = std::function<void(ProgrammeTime at, audio::ConstBlockView block)>;

    /// @param reader   Outlives the feed.
    /// @param gain_db  Constant gain of the programme; 0 leaves every sample as it is.
    explicit OfflineFeed(audio::ProgrammeReader& reader, double gain_db = 0.0, Tap tap = {});

    [[nodiscard]] bool seekable() const noexcept override { return true; }
    [[nodiscard]] std::optional<Frames> length() const noexcept override { return length_; }
    [[nodiscard]] int layers() const noexcept override { return layers_; }
    [[nodiscard]] std::string description() const override { return reader_.description(); }
    void prepare(int lane, ProgrammeTime from) override;
    [[nodiscard]] bool primed(int /*lane*/) const noexcept override { return true; }
    void pull(int lane, audio::BlockView out) noexcept override;
    [[nodiscard]] audio::FeedCounters counters() const noexcept override { return {}; }

    /// True once the medium could not be read.
    [[nodiscard]] bool failed() const noexcept { return failed_; }

private:
    audio::ProgrammeReader& reader_;
    std::optional<Frames> length_;
    int layers_;
    float gain_;
    Tap tap_;
    std::array<ProgrammeTime, kLanes> next_{};
    bool failed_ = false;
};

}  // namespace earshot::tools
