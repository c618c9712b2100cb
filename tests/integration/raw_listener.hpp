#pragma once

#include "earshot/v1/handshake.pb.h"
#include "tests/support/http_client.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::test {

/// One binary WebSocket message of a client (RFC 6455 section 5.2), its mask all zeroes.
[[nodiscard]] std::string web_socket_message(std::string_view body);

/// The hello of a listener, to be sent or changed first.
[[nodiscard]] v1::Hello plain_hello();

/// An envelope with a hello, as the body of a message.
[[nodiscard]] std::string hello_envelope(const v1::Hello& hello);

/// A socket to a server that has become a WebSocket. Fails the test if it does not.
[[nodiscard]] RawSocket upgraded(std::uint16_t port);

/// The envelopes in what a server sent after the upgrade; of one in several frames, or cut short,
/// the beginning.
[[nodiscard]] std::vector<std::string> envelopes_in(const std::string& bytes);

}  // namespace earshot::test
