#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace earshot::test {

struct HttpAnswer {
    int status = 0;
    std::string headers;
    std::string body;
};

/// One HTTP/1.1 request to this machine, blocking.
/// @param port  On 127.0.0.1.
/// @throws std::runtime_error  if there is no whole answer within the time-out.
[[nodiscard]] HttpAnswer http_request(std::uint16_t port,
                                      std::string_view method,
                                      std::string_view target,
                                      std::string_view body = {},
                                      std::chrono::milliseconds timeout = std::chrono::seconds{5});

/// A connected TCP socket to 127.0.0.1, closed with this object. For bytes no client would send.
class RawSocket {
public:
    /// @throws std::runtime_error  if nobody listens.
    explicit RawSocket(std::uint16_t port);
    ~RawSocket();
    RawSocket(RawSocket&& other) noexcept;
    RawSocket(const RawSocket&) = delete;
    RawSocket& operator=(const RawSocket&) = delete;

    /// @return false if the peer has closed.
    bool send(std::string_view bytes) const;
    /// Reads until the peer closes, max bytes have come or the time-out passes.
    [[nodiscard]] std::string receive(std::size_t max, std::chrono::milliseconds timeout) const;
    /// True if the peer closes (or resets) within the time-out; what comes before is thrown away.
    [[nodiscard]] bool closed_within(std::chrono::milliseconds timeout) const;
    [[nodiscard]] int descriptor() const noexcept { return fd_; }

private:
    int fd_ = -1;
};

}  // namespace earshot::test
