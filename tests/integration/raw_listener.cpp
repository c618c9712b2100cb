#include "tests/integration/raw_listener.hpp"

#include "common/wire/envelope.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

namespace earshot::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kUpgrade =
    "GET /stream HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Protocol: earshot.v1\r\n\r\n";

}  // namespace

std::string web_socket_message(std::string_view body) {
    std::string frame = "\x82";
    if (body.size() < 126) {
        frame.push_back(static_cast<char>(0x80U | body.size()));
    } else {
        frame.push_back(static_cast<char>(0xFE));
        frame.push_back(static_cast<char>((body.size() >> 8U) & 0xFFU));
        frame.push_back(static_cast<char>(body.size() & 0xFFU));
    }
    frame.append(4, '\0');
    return frame.append(body);
}

v1::Hello plain_hello() {
    v1::Hello hello;
    hello.mutable_version()->set_major(wire::kVersionMajor);
    hello.set_role(v1::ROLE_LISTENER);
    hello.set_client("a test");
    return hello;
}

std::string hello_envelope(const v1::Hello& hello) {
    const auto envelope = wire::make_envelope(wire::Kind::hello, hello);
    return {reinterpret_cast<const char*>(envelope.data()), envelope.size()};
}

RawSocket upgraded(std::uint16_t port) {
    RawSocket socket(port);
    EXPECT_TRUE(socket.send(kUpgrade));
    std::string answer;
    while (answer.find("\r\n\r\n") == std::string::npos) {
        const std::string more = socket.receive(1, 5s);
        if (more.empty()) {
            ADD_FAILURE() << "no answer to the upgrade: " << answer;
            break;
        }
        answer += more;
    }
    EXPECT_EQ(answer.rfind("HTTP/1.1 101", 0), 0U) << answer;
    return socket;
}

std::vector<std::string> envelopes_in(const std::string& bytes) {
    constexpr std::uint8_t kBinary = 2;
    std::vector<std::string> envelopes;
    // Frames of a server are not masked: two bytes of header, or four.
    for (std::size_t at = 0; at + 2 <= bytes.size();) {
        std::size_t length = static_cast<std::uint8_t>(bytes[at + 1]) & 0x7FU;
        std::size_t header = 2;
        if (length == 126 && at + 4 <= bytes.size()) {
            length = static_cast<std::size_t>(static_cast<std::uint8_t>(bytes[at + 2])) << 8U |
                     static_cast<std::uint8_t>(bytes[at + 3]);
            header = 4;
        }
        if ((static_cast<std::uint8_t>(bytes[at]) & 0x0FU) == kBinary) {
            envelopes.push_back(bytes.substr(std::min(at + header, bytes.size()), length));
        }
        at += header + length;
    }
    return envelopes;
}

}  // namespace earshot::test
