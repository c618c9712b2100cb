#pragma once

#include "server/session/playback.hpp"

#include <span>
#include <string>
#include <string_view>

namespace earshot::v1 {
class StateChange;
class Streams;
class SessionState;
class ShowSummary;
class Timeline;
}  // namespace earshot::v1

namespace earshot::session {

/// A label from outside as it may be shown: one line, at most 64 bytes.
[[nodiscard]] std::string label(const std::string& text);

/// The protobuf forms of what a session knows.
/// @param tactile_bitrate_bps  0: no companions.
void fill(v1::Streams& out, const show::Show& show, int bitrate_bps, int tactile_bitrate_bps);
void fill(v1::ShowSummary& out, const show::Show& show, std::optional<Frames> length);
void fill(v1::StateChange& out, const StateNotice& notice, const show::Show& show);
void fill(v1::Timeline& out, std::span<const timeline::Segment> segments);
/// What everyone is told of the session as a whole.
struct SessionFacts {
    timeline::Phase phase = timeline::Phase::ready;
    bool panic = false;
    std::size_t listeners = 0;  ///< Connected.
    Frames lead{0};             ///< Asked for.
};
void fill(v1::SessionState& out, const SessionFacts& facts);

/// The index of a perspective in the show: its stream's number. @return -1 if there is none.
[[nodiscard]] int index_of(const show::Show& show, std::string_view perspective) noexcept;

}  // namespace earshot::session
