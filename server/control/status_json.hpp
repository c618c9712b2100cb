#pragma once

#include "server/session/session.hpp"

#include <string>

namespace earshot::control {

/// What the status needs besides the session.
struct StatusSources {
    const RawMediaClock& clock;
    const audio::ProgrammeFeed& feed;
    std::uint64_t stream_packets = 0;
    std::uint64_t stream_bytes = 0;
    std::uint64_t late_ticks = 0;
    double engine_load = 0.0;  ///< Share of one core the engine takes.
};

/// GET /api/v1/status, stable (docs/protocol.md lists the members). Thread: control.
[[nodiscard]] std::string status_json(const session::Session& session,
                                      const StatusSources& sources);

}  // namespace earshot::control
