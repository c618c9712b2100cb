#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace earshot {

/// A number that only compares with its own kind.
template <class Tag, class Rep = std::uint32_t>
struct StrongId {
    Rep value{};
    friend constexpr auto operator<=>(const StrongId&, const StrongId&) = default;
};

/// A live rendering's slot, 0 to 7, or one of its companions (common/wire/packet.hpp).
using StreamId = StrongId<struct StreamIdTag, std::uint8_t>;
using ListenerId =
    StrongId<struct ListenerIdTag, std::uint32_t>;  ///< One ear-bearing client of a session.
using ConnectionId =
    StrongId<struct ConnectionIdTag, std::uint64_t>;     ///< One socket; never reused.
using Epoch = StrongId<struct EpochTag, std::uint32_t>;  ///< Number of a programme segment.

}  // namespace earshot

template <class Tag, class Rep>
struct std::hash<earshot::StrongId<Tag, Rep>> {
    std::size_t operator()(const earshot::StrongId<Tag, Rep>& id) const noexcept {
        return std::hash<Rep>{}(id.value);
    }
};
