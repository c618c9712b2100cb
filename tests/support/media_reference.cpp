#include "tests/support/media_reference.hpp"

#include "common/base/time.hpp"

#include <opus/opus.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

namespace earshot::test {
namespace {

constexpr std::size_t kPacket = 960;

struct DestroyDecoder {
    void operator()(OpusDecoder* decoder) const noexcept { opus_decoder_destroy(decoder); }
};
using Decoder = std::unique_ptr<OpusDecoder, DestroyDecoder>;

std::int64_t media_of(const JournalPacket& packet) {
    return packet.stamp.media.time_since_epoch().count();
}

}  // namespace

MediaReference decode_stream(const std::vector<JournalPacket>& journal, StreamId stream) {
    std::map<std::uint32_t, std::vector<const JournalPacket*>> epochs;
    std::int64_t first = INT64_MAX;
    std::int64_t end = INT64_MIN;
    for (const JournalPacket& packet : journal) {
        if (packet.stamp.stream == stream) {
            epochs[packet.stamp.epoch.value].push_back(&packet);
            first = std::min(first, media_of(packet));
            end = std::max(end, media_of(packet) + static_cast<std::int64_t>(kPacket));
        }
    }
    if (epochs.empty()) {
        throw std::runtime_error("the journal has no packet of stream " +
                                 std::to_string(stream.value));
    }
    const auto frames = static_cast<std::size_t>(end - first);
    MediaReference result{first, {kSampleRateHz, {2, std::vector<float>(frames)}}, {}};
    std::array<float, 2 * kPacket> decoded{};
    for (auto& [epoch, packets] : epochs) {
        std::sort(packets.begin(), packets.end(), [](const auto* a, const auto* b) {
            return a->stamp.sequence < b->stamp.sequence;
        });
        const std::int64_t takes_over = media_of(*packets.front()) + kEpochPreroll.count();
        result.switches.push_back(takes_over);
        int error = 0;
        const Decoder decoder(opus_decoder_create(kSampleRateHz, 2, &error));
        for (const JournalPacket* packet : packets) {
            const auto* bytes = reinterpret_cast<const unsigned char*>(packet->payload.data());
            const int got = opus_decode_float(decoder.get(), bytes,
                                              static_cast<opus_int32>(packet->payload.size()),
                                              decoded.data(), kPacket, 0);
            if (got != static_cast<int>(kPacket)) {
                throw std::runtime_error("the journal has a packet that gives no 20 ms");
            }
            const auto at = static_cast<std::size_t>(media_of(*packet) - first);
            for (std::size_t frame = 0; frame < kPacket; ++frame) {
                if (media_of(*packet) + static_cast<std::int64_t>(frame) < takes_over) {
                    continue;
                }
                result.audio.channels[0][at + frame] = decoded[2 * frame];
                result.audio.channels[1][at + frame] = decoded[2 * frame + 1];
            }
        }
    }
    return result;
}

MediaReference lay_out_tap(const DecodedTap& tap) {
    std::int64_t first = INT64_MAX;
    std::int64_t end = INT64_MIN;
    for (const DecodedTap::Entry& entry : tap.entries) {
        first = std::min(first, entry.media);
        end = std::max(end, entry.media + static_cast<std::int64_t>(kPacket));
    }
    if (tap.entries.empty()) {
        throw std::runtime_error("a decoded recording without blocks");
    }
    const auto frames = static_cast<std::size_t>(end - first);
    MediaReference result{first, {kSampleRateHz, {2, std::vector<float>(frames)}}, {}};
    for (const DecodedTap::Entry& entry : tap.entries) {
        for (std::size_t channel = 0; channel < 2 && !entry.concealed; ++channel) {
            const auto from = tap.audio.channel(channel).subspan(
                static_cast<std::size_t>(entry.file_frame), kPacket);
            std::copy(from.begin(), from.end(),
                      result.audio.channels[channel].begin() + (entry.media - first));
        }
    }
    return result;
}

MediaReference lay_out_source(const Audio& source, std::int64_t programme, std::int64_t media) {
    return {media - programme, resampled(source, kSampleRateHz), {media}};
}

std::int64_t first_difference(const MediaReference& a,
                              const MediaReference& b,
                              std::int64_t from,
                              float threshold) {
    const std::int64_t start = std::max({from, a.first_media, b.first_media});
    const std::int64_t end = std::min(a.end_media(), b.end_media());
    for (std::int64_t media = start; media < end; ++media) {
        for (std::size_t channel = 0; channel < 2; ++channel) {
            const float x =
                a.audio.channels[channel][static_cast<std::size_t>(media - a.first_media)];
            const float y =
                b.audio.channels[channel][static_cast<std::size_t>(media - b.first_media)];
            if (std::abs(x - y) > threshold) {
                return media;
            }
        }
    }
    return -1;
}

}  // namespace earshot::test
