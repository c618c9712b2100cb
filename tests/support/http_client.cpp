#include "tests/support/http_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <stdexcept>
#include <utility>

namespace earshot::test {
namespace {

using Clock = std::chrono::steady_clock;

enum class Read { bytes, closed, timed_out };

Read read_some(int fd, std::string& into, std::size_t max, Clock::time_point deadline) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd waiting{fd, POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left, 0))) <= 0) {
        return Read::timed_out;
    }
    std::array<char, 16'384> buffer{};
    const ssize_t count = ::recv(fd, buffer.data(), std::min(max, buffer.size()), 0);
    if (count <= 0) {
        return Read::closed;
    }
    into.append(buffer.data(), static_cast<std::size_t>(count));
    return Read::bytes;
}

std::optional<std::size_t> content_length(std::string headers) {
    std::transform(headers.begin(), headers.end(), headers.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const std::string name = "\r\ncontent-length:";
    const std::size_t at = headers.find(name);
    if (at == std::string::npos) {
        return std::nullopt;
    }
    return std::stoul(headers.substr(at + name.size()));
}

}  // namespace

RawSocket::RawSocket(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr generic{};
    static_assert(sizeof generic == sizeof address);
    std::copy_n(reinterpret_cast<const char*>(&address), sizeof address,
                reinterpret_cast<char*>(&generic));
    if (fd_ < 0 || ::connect(fd_, &generic, sizeof generic) != 0) {
        if (fd_ >= 0) {
            ::close(fd_);
        }
        throw std::runtime_error("nobody listens on port " + std::to_string(port));
    }
}

RawSocket::~RawSocket() {
    if (fd_ >= 0) {
        ::close(fd_);
    }
}

RawSocket::RawSocket(RawSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

bool RawSocket::send(std::string_view bytes) const {
    while (!bytes.empty()) {
        const ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) {
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

std::string RawSocket::receive(std::size_t max, std::chrono::milliseconds timeout) const {
    const auto deadline = Clock::now() + timeout;
    std::string all;
    while (all.size() < max && read_some(fd_, all, max - all.size(), deadline) == Read::bytes) {
    }
    return all;
}

bool RawSocket::closed_within(std::chrono::milliseconds timeout) const {
    const auto deadline = Clock::now() + timeout;
    std::string unwanted;
    while (true) {
        unwanted.clear();
        const Read result = read_some(fd_, unwanted, 16'384, deadline);
        if (result != Read::bytes) {
            return result == Read::closed;
        }
    }
}

HttpAnswer http_request(std::uint16_t port,
                        std::string_view method,
                        std::string_view target,
                        std::string_view body,
                        std::chrono::milliseconds timeout) {
    const RawSocket socket(port);
    std::string request(method);
    request.append(" ").append(target).append(" HTTP/1.1\r\nHost: 127.0.0.1:");
    request.append(std::to_string(port)).append("\r\nConnection: close\r\n");
    if (!body.empty() || method == "POST") {
        request.append("Content-Type: application/json\r\nContent-Length: ");
        request.append(std::to_string(body.size())).append("\r\n");
    }
    request.append("\r\n").append(body);
    const auto deadline = Clock::now() + timeout;
    if (!socket.send(request)) {
        throw std::runtime_error("the server hung up on " + std::string(target));
    }
    std::string all;
    HttpAnswer answer;
    while (true) {
        const Read result = read_some(socket.descriptor(), all, 16'384, deadline);
        const std::size_t split = all.find("\r\n\r\n");
        if (split != std::string::npos) {
            answer.headers = all.substr(0, split + 2);
            answer.body = all.substr(split + 4);
            const auto length = content_length(answer.headers);
            if (result == Read::closed || (length && answer.body.size() >= *length)) {
                break;
            }
        }
        if (result != Read::bytes) {
            throw std::runtime_error("no whole answer to " + std::string(target));
        }
    }
    if (all.rfind("HTTP/1.", 0) != 0 || all.size() < 12) {
        throw std::runtime_error("no HTTP: " + all.substr(0, 80));
    }
    answer.status = std::stoi(all.substr(9, 3));
    return answer;
}

}  // namespace earshot::test
