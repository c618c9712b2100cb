#include "server/session/room_risk.hpp"

#include "server/session/lead.hpp"

namespace earshot::session {

std::string lead_advice(Frames lead, std::size_t network, std::size_t listeners) {
    if (network == 0) return {};
    // One of many: the place it sits at, not the room.
    if (network == 1 && listeners >= 4) return "look at this listener's network, or move it";
    const LeadPreset* const next = next_preset(lead);
    if (next == nullptr) {
        return "the lead is long already: fewer listeners on one access point, or cables";
    }
    return "raise the lead to " + std::to_string(next->lead.count()) + " ms: earshot lead " +
           std::string(next->name);
}

RoomRisk room_risk(const Session& session) {
    RoomRisk room;
    for (const auto& [id, listener] : session.listeners().all()) {
        const Risk risk = session.risk_of(listener);
        room.at_risk += risk == Risk::none ? 0U : 1U;
        room.of_the_network += is_of_the_network(risk) ? 1U : 0U;
    }
    room.advice =
        lead_advice(session.settings().lead, room.of_the_network, session.listeners().connected());
    return room;
}

}  // namespace earshot::session
