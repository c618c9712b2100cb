#pragma once

#include "tests/support/audio_file.hpp"
#include "tests/support/journal.hpp"
#include "tests/support/recording.hpp"

#include <cstdint>
#include <vector>

namespace earshot::test {

/// What must be heard when: sound whose frame n is due at media frame `first_media + n`.
struct MediaReference {
    std::int64_t first_media = 0;
    Audio audio;
    std::vector<std::int64_t> switches;  ///< Media frames at which an epoch takes over.

    [[nodiscard]] std::int64_t end_media() const noexcept {
        return first_media + static_cast<std::int64_t>(audio.frames());
    }
};

/// Decodes one stream of a server's journal by libopus, each epoch by a decoder of its own, and
/// lays it out by the packets' stamps; a newer epoch replaces an older one from its first frame on.
/// @throws std::runtime_error  if the stream has no packet or one cannot be decoded.
[[nodiscard]] MediaReference decode_stream(const std::vector<JournalPacket>& journal,
                                           StreamId stream);

/// The same from what one listener says it decoded; blocks it had to conceal are silence.
[[nodiscard]] MediaReference lay_out_tap(const DecodedTap& tap);

/// The programme itself, laid out by one segment: programme frame `programme` is due at `media`.
[[nodiscard]] MediaReference lay_out_source(const Audio& source,
                                            std::int64_t programme,
                                            std::int64_t media);

/// Frame by frame comparison: the first media frame, from `from` on, at which two references differ
/// by more than a threshold in any channel. @return -1 if they do not, where both have sound.
[[nodiscard]] std::int64_t first_difference(const MediaReference& a,
                                            const MediaReference& b,
                                            std::int64_t from,
                                            float threshold = 0.0F);

}  // namespace earshot::test
