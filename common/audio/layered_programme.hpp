#pragma once

#include "common/audio/ports.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace earshot::audio {

/// Several programmes side by side, frame by frame: a mix and its stems. It is as long as the
/// longest; the others are silent after their end. A layer whose medium fails is silent, the others
/// go on.
/// Thread: one owner (the source thread). Real-time: no.
class LayeredProgramme final : public ProgrammeReader {
public:
    /// @param layers  1 to kMaxLayers, each of one layer, not null. @throws std::invalid_argument
    explicit LayeredProgramme(std::vector<std::unique_ptr<ProgrammeReader>> layers);

    [[nodiscard]] std::optional<Frames> length() const override;
    [[nodiscard]] int layers() const override { return static_cast<int>(layers_.size()); }
    bool read(ProgrammeTime at, BlockView out) override;
    /// For people: "film.flac, 48 kHz, stereo + dialogue.flac, 48 kHz, stereo".
    [[nodiscard]] std::string description() const override;

private:
    std::vector<std::unique_ptr<ProgrammeReader>> layers_;
};

}  // namespace earshot::audio
