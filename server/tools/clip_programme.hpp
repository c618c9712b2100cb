#pragma once

#include "common/audio/block.hpp"
#include "common/audio/ports.hpp"

#include <optional>
#include <span>
#include <string>

namespace earshot::tools {

/// A part of a programme.
struct Clip {
    ProgrammeTime from;
    Frames length{0};  ///< At least twice kClipFade.
};
inline constexpr Frames kClipFade{480};

/// Parts of a programme one after the other, each faded in and out over 10 ms, held in memory.
/// Thread: one owner. Real-time: no.
class ClipProgramme final : public audio::ProgrammeReader {
public:
    /// @throws std::runtime_error  if the programme cannot be read.
    ClipProgramme(audio::ProgrammeReader& whole,
                  std::span<const Clip> clips,
                  std::string description);

    [[nodiscard]] std::optional<Frames> length() const override { return Frames{sound_.frames()}; }
    bool read(ProgrammeTime at, audio::BlockView out) override;
    [[nodiscard]] std::string description() const override { return description_; }

private:
    audio::Block sound_;
    std::string description_;
};

}  // namespace earshot::tools
