#pragma once

#include <cstdint>
#include <string>

namespace earshot::session {

/// A listener's name in the room, made of its number: "Blue Heron 17". Nothing personal is in it,
/// and two listeners of one session never share one.
/// @param number  The listener's id, from 1.
[[nodiscard]] std::string badge_name(std::uint32_t number);

}  // namespace earshot::session
