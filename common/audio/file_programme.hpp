#pragma once

#include "common/audio/audio_file.hpp"
#include "common/audio/block.hpp"
#include "common/audio/downmix.hpp"
#include "common/audio/ports.hpp"

#include <cstdint>
#include <filesystem>
#include <list>
#include <optional>
#include <string>
#include <vector>

namespace earshot::audio {

/// A sound file as a programme: folded to stereo, then resampled to 48 kHz.
///
/// Resampling goes by whole chunks of 10 s, each computed from the file alone with sound on both
/// sides of it, so a frame is the same however it was reached, and chunks join below -120 dBFS.
/// Files at 48 kHz pass exactly, without chunks. libsoxr, linear phase, 28 bits (VHQ).
/// Thread: one owner (the source thread). Real-time: no.
class FileProgramme final : public ProgrammeReader {
public:
    /// @throws std::runtime_error  one line that names the file and what is wrong with it.
    explicit FileProgramme(const std::filesystem::path& path);

    [[nodiscard]] std::optional<Frames> length() const override { return length_; }
    bool read(ProgrammeTime at, BlockView out) override;
    /// For people: "film.flac, 44.1 kHz, 5.1, down-mixed, resampled".
    [[nodiscard]] std::string description() const override;
    [[nodiscard]] const AudioFileFacts& facts() const noexcept { return file_.facts(); }

private:
    struct Chunk {
        std::int64_t index;
        Block sound;  ///< Shape [2][kChunkFrames].
    };
    bool read_folded(std::int64_t first_frame, BlockView out);
    /// Null if the file could not be read.
    const Chunk* chunk(std::int64_t index);

    AudioFile file_;
    Downmix downmix_;
    std::string name_;
    Frames length_{};
    std::int64_t
        in_unit_;  ///< in_unit_ input frames last exactly as long as out_unit_ output frames.
    std::int64_t out_unit_;
    std::vector<float> interleaved_;
    std::list<Chunk> chunks_;  ///< Latest used first.
};

}  // namespace earshot::audio
