#include "server/session/messages.hpp"

#include "common/audio/format.hpp"
#include "common/wire/packet.hpp"
#include "earshot/v1/session.pb.h"
#include "earshot/v1/show.pb.h"
#include "earshot/v1/stream.pb.h"

#include <algorithm>

namespace earshot::session {
namespace {

constexpr std::size_t kMaxLabel = 64;
constexpr int kHapticBitrate = 100 * 3 * 8;  ///< 100 points of 3 bytes a second.

std::uint32_t to_ms(Frames frames) {
    return static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(frames).count());
}

}  // namespace

std::string label(const std::string& text) {
    std::string out = text.substr(0, kMaxLabel);
    std::ranges::replace_if(
        out, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
    return out;
}

int index_of(const show::Show& show, std::string_view perspective) noexcept {
    const auto it = std::ranges::find(show.perspectives, perspective, &show::Perspective::id);
    return it == show.perspectives.end() ? -1 : static_cast<int>(it - show.perspectives.begin());
}

void fill(v1::Streams& out, const show::Show& show, int bitrate_bps, int tactile_bitrate_bps) {
    std::uint8_t number = 0;
    for (const show::Perspective& perspective : show.perspectives) {
        v1::Stream& stream = *out.add_streams();
        stream.set_stream_id(number++);
        stream.set_perspective(perspective.id);
        stream.set_title(perspective.title);
        stream.set_bitrate(static_cast<std::uint32_t>(bitrate_bps));
        stream.set_channels(audio::kListenerChannels);
        stream.set_codec("opus");
    }
    for (std::uint8_t of = 0; tactile_bitrate_bps > 0 && of < number; ++of) {
        const auto add = [&](v1::CompanionKind kind, StreamId id, int bitrate) {
            v1::Companion& companion = *out.add_companions();
            companion.set_stream_id(id.value);
            companion.set_companion_of(of);
            companion.set_kind(kind);
            companion.set_bitrate(static_cast<std::uint32_t>(bitrate));
        };
        add(v1::COMPANION_KIND_TACTILE, wire::tactile_stream(StreamId{of}), tactile_bitrate_bps);
        add(v1::COMPANION_KIND_HAPTIC, wire::haptic_stream(StreamId{of}), kHapticBitrate);
    }
    out.set_objective_stream_id(
        static_cast<std::uint32_t>(std::max(0, index_of(show, show::kObjective))));
    out.set_default_stream_id(
        static_cast<std::uint32_t>(std::max(0, index_of(show, show.default_perspective))));
}

void fill(v1::ShowSummary& out, const show::Show& show, std::optional<Frames> length) {
    out.set_title(show.title);
    out.set_rights(show.rights);
    if (length) out.set_length_frames(length->count());
    for (const show::Perspective& perspective : show.perspectives) {
        auto& summary = *out.add_perspectives();
        summary.set_id(perspective.id);
        summary.set_title(perspective.title);
    }
    for (const show::Cue& cue : show.cues) {
        auto& summary = *out.add_cues();
        summary.set_number(cue.number);
        summary.set_name(cue.name);
        summary.set_manual(!cue.at.has_value());
        if (cue.at) summary.set_programme_time(cue.at->time_since_epoch().count());
        summary.set_perspective(cue.perspective);
        summary.set_state(cue.state);
        summary.set_caption(cue.caption);
    }
}

void fill(v1::StateChange& out, const StateNotice& notice, const show::Show& show) {
    const dsp::HearingStateCard& card = notice.state->card;
    out.set_stream_id(notice.stream.value);
    out.set_epoch(notice.epoch.value);
    out.set_media_time(notice.media.time_since_epoch().count());
    out.set_programme_time(notice.programme.time_since_epoch().count());
    out.set_state(card.id);
    out.set_label(card.label);
    out.set_caption(card.caption);
    out.set_intensity(static_cast<float>(notice.state->intensity));
    out.set_fade_ms(to_ms(notice.fade));
    if (notice.cue_index < 0) return;
    const show::Cue& cue = show.cues.at(static_cast<std::size_t>(notice.cue_index));
    out.set_cue_number(cue.number);
    if (!cue.caption.empty()) out.set_caption(cue.caption);
}

void fill(v1::Timeline& out, std::span<const timeline::Segment> segments) {
    for (const timeline::Segment& segment : segments) {
        v1::Segment& message = *out.add_segments();
        message.set_epoch(segment.epoch.value);
        message.set_media_time(segment.media.time_since_epoch().count());
        message.set_programme_time(segment.programme.time_since_epoch().count());
        message.set_rate(segment.rate);
    }
}

void fill(v1::SessionState& out, const SessionFacts& facts) {
    using timeline::Phase;
    switch (facts.phase) {
        case Phase::ready:
            out.set_phase(v1::SESSION_PHASE_READY);
            break;
        case Phase::playing:
            out.set_phase(v1::SESSION_PHASE_PLAYING);
            break;
        case Phase::paused:
            out.set_phase(v1::SESSION_PHASE_PAUSED);
            break;
        case Phase::ended:
            out.set_phase(v1::SESSION_PHASE_ENDED);
            break;
    }
    out.set_open(true);
    out.set_panic(facts.panic);
    out.set_listeners(static_cast<std::uint32_t>(facts.listeners));
    out.set_lead_ms(to_ms(facts.lead));
}

}  // namespace earshot::session
