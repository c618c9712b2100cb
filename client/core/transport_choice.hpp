#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace earshot::client {

/// What media and clock may go by. Control always goes by the WebSocket.
enum class TransportChoice : std::uint8_t {
    automatic,  ///< UDP where it passes, else the WebSocket.
    udp,        ///< UDP or nothing.
    ws,         ///< The WebSocket only.
};

/// Of a command line's word; nothing if it is none of them.
[[nodiscard]] constexpr std::optional<TransportChoice> parse_transport(
    std::string_view word) noexcept {
    if (word == "auto") {
        return TransportChoice::automatic;
    }
    if (word == "udp") {
        return TransportChoice::udp;
    }
    if (word == "ws") {
        return TransportChoice::ws;
    }
    return std::nullopt;
}

}  // namespace earshot::client
