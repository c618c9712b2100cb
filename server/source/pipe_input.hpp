#pragma once

#include "server/source/live_input.hpp"
#include "server/source/unique_fd.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace earshot::source {

/// Turns bytes of 16-bit little-endian stereo into frames, whatever pieces they come in.
class StereoS16Parser {
public:
    /// @param frames  Set to the whole frames that bytes complete; cleared first.
    void parse(std::span<const std::byte> bytes, std::vector<StereoFrame>& frames);
    /// A new writer begins with a whole frame: forgets the part of one left over.
    void restart() noexcept { held_ = 0; }
    /// Bytes of an unfinished frame, 0 to 3.
    [[nodiscard]] std::size_t held_bytes() const noexcept { return held_; }

private:
    std::array<std::byte, 4> partial_{};
    std::size_t held_ = 0;
};

/// Raw sound (s16le, 48 kHz, stereo) from a fifo or standard input.
///
/// A fifo is opened before a writer exists and survives the end of each one; standard input ends
/// once. What finds no room stays in the pipe, so an unpaced writer is slowed down to real time.
/// Thread: its own; constructor, start() and destructor by one owner.
class PipeInput final : public LiveInput {
public:
    /// @throws std::runtime_error  one line; the fifo must exist.
    [[nodiscard]] static std::unique_ptr<PipeInput> open_fifo(const std::filesystem::path& path);
    /// @throws std::runtime_error  if standard input is closed or a terminal.
    [[nodiscard]] static std::unique_ptr<PipeInput> open_stdin();

    /// @param ends  The first end of data is the last.
    PipeInput(UniqueFd fd, std::string description, bool ends);
    ~PipeInput() override;

    void start(LiveBuffer& buffer) override;
    [[nodiscard]] std::string description() const override { return description_; }
    [[nodiscard]] bool waits() const noexcept override { return true; }

private:
    enum class Outcome { data, nothing, end };
    void run(LiveBuffer& buffer);
    [[nodiscard]] Outcome read_some(LiveBuffer& buffer);
    void note(LiveBuffer& buffer) const;

    UniqueFd fd_;
    std::string description_;
    bool ends_;
    bool paced_by_us_;         ///< A plain file: it never runs by a clock of its own.
    std::int64_t full_bytes_;  ///< As much in the pipe means that the writer waits for us.
    StereoS16Parser parser_;
    std::vector<std::byte> bytes_;
    std::vector<StereoFrame> frames_;
    StopSignal stop_;
    std::thread thread_;
};

}  // namespace earshot::source
