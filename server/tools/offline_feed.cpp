#include "server/tools/offline_feed.hpp"

#include "common/base/level.hpp"

#include <cstddef>
#include <utility>

namespace earshot::tools {

OfflineFeed::OfflineFeed(audio::ProgrammeReader& reader, double gain_db, Tap tap)
    : reader_(reader),
      length_(reader.length()),
      layers_(reader.layers()),
      gain_(static_cast<float>(db_to_gain(gain_db))),
      tap_(std::move(tap)) {}

void OfflineFeed::prepare(int lane, ProgrammeTime from) {
    next_.at(static_cast<std::size_t>(lane)) = from;
}

void OfflineFeed::pull(int lane, audio::BlockView out) noexcept {
    ProgrammeTime& next = next_.at(static_cast<std::size_t>(lane));
    failed_ = !reader_.read(next, out) || failed_;
    if (gain_ != 1.0F) {
        for (int channel = 0; channel < out.channels(); ++channel) {
            for (float& sample : out.channel(channel)) {
                sample *= gain_;
            }
        }
    }
    if (tap_) {
        tap_(next, out);
    }
    next += Frames{out.frames()};
}

}  // namespace earshot::tools
