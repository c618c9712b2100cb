#pragma once

#include "server/source/demo/synth.hpp"

#include <cstdint>

namespace earshot::source::demo {

/// A shoe on a wooden floor: heel, then sole; no two are the same.
[[nodiscard]] Mono footstep(std::uint32_t seed);
/// Hinges that stick and slip while a door swings.
[[nodiscard]] Mono door_creak(double seconds, std::uint32_t seed);
/// A heavy door falls shut, its latch after it.
[[nodiscard]] Mono door_slam(std::uint32_t seed);
/// The air of a room: dark, soft noise. Two seeds make two sides of it.
[[nodiscard]] Mono room_tone(double seconds, std::uint32_t seed);
/// One breath in and out.
[[nodiscard]] Mono breath(double seconds, std::uint32_t seed);

}  // namespace earshot::source::demo
