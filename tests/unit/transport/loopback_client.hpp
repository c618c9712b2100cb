#pragma once

#include "common/wire/envelope.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

struct ssl_ctx_st;
struct ssl_st;

namespace earshot::transport {

struct HttpAnswer {
    int status = 0;
    std::map<std::string, std::string> headers;  ///< Names in lower case.
    std::string body;
};

/// One WebSocket frame from the server.
struct Frame {
    unsigned opcode = 0;  ///< 2 binary, 8 close
    std::vector<std::byte> payload;
    [[nodiscard]] wire::Kind kind() const { return static_cast<wire::Kind>(payload.at(0)); }
    /// The text of a close frame.
    [[nodiscard]] std::string close_reason() const;
};

/// A blocking client written apart from the server's stack, so that both cannot be wrong alike.
/// Gives up after 10 s in any call (a test that hangs has failed).
class LoopbackClient {
public:
    /// @param address  "127.0.0.1", "::1"
    explicit LoopbackClient(std::uint16_t port,
                            bool tls = false,
                            int receive_buffer_bytes = 0,
                            const std::string& address = "127.0.0.1");
    ~LoopbackClient();
    LoopbackClient(const LoopbackClient&) = delete;
    LoopbackClient& operator=(const LoopbackClient&) = delete;

    void send(const std::string& bytes);
    /// @param head  The answer to a HEAD request: no body follows.
    HttpAnswer read_answer(bool head = false);
    HttpAnswer get(const std::string& target, const std::string& more_headers = "");

    /// The request line and headers of an upgrade at `path`.
    [[nodiscard]] static std::string upgrade_request(const std::string& path = "/stream",
                                                     const std::string& protocol = "earshot.v1");
    void send_frame(unsigned opcode, const std::vector<std::byte>& payload);
    void send_envelope(wire::Kind kind, const google::protobuf::MessageLite& message);
    /// The next frame that is no ping; nothing once the server has closed.
    std::optional<Frame> read_frame();

    /// Leaves with RST instead of FIN.
    void reset_connection();

    /// The subject CN of the server's certificate.
    [[nodiscard]] std::string server_name() const;

private:
    std::size_t receive_some(void* into, std::size_t size);
    bool fill(std::size_t bytes);

    int fd_ = -1;
    ssl_ctx_st* context_ = nullptr;
    ssl_st* ssl_ = nullptr;
    std::string input_;
};

}  // namespace earshot::transport
