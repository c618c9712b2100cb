#pragma once

#include "server/session/session.hpp"

#include <cstddef>
#include <string>

namespace earshot::session {

/// How many listeners are at risk, and what to do about it.
struct RoomRisk {
    std::size_t at_risk = 0;
    std::size_t of_the_network = 0;  ///< Of them, those that more lead would help.
    std::string advice;              ///< One line for a person; empty if there is nothing to do.
};

/// Thread: control.
[[nodiscard]] RoomRisk room_risk(const Session& session);

/// @param lead     As it is now.
/// @param network, listeners  At risk because of the network, of all connected.
[[nodiscard]] std::string lead_advice(Frames lead, std::size_t network, std::size_t listeners);

}  // namespace earshot::session
