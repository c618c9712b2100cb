#include "tests/unit/transport/loopback_client.hpp"

#include <arpa/inet.h>
#include <google/protobuf/message_lite.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>

namespace earshot::transport {
namespace {

void check(bool done, const char* what) {
    if (!done) throw std::runtime_error(what);
}

bool is_v6(const std::string& address) {
    return address.find(':') != std::string::npos;
}

}  // namespace

std::string Frame::close_reason() const {
    std::string text;
    for (std::size_t i = 2; i < payload.size(); ++i) text += static_cast<char>(payload[i]);
    return text;
}

LoopbackClient::LoopbackClient(std::uint16_t port,
                               bool tls,
                               int receive_buffer_bytes,
                               const std::string& address)
    : fd_(::socket(is_v6(address) ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    check(fd_ >= 0, "socket");
    const timeval limit{10, 0};
    (void)::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    (void)::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (receive_buffer_bytes > 0) {
        (void)::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes,
                           sizeof receive_buffer_bytes);
    }
    const auto connected = [&](const auto& peer) {
        return ::connect(fd_, reinterpret_cast<const sockaddr*>(&peer), sizeof peer) == 0;
    };
    if (is_v6(address)) {
        sockaddr_in6 peer{};
        peer.sin6_family = AF_INET6;
        peer.sin6_port = htons(port);
        check(::inet_pton(AF_INET6, address.c_str(), &peer.sin6_addr) == 1 && connected(peer),
              "connect");
    } else {
        sockaddr_in peer{};
        peer.sin_family = AF_INET;
        peer.sin_port = htons(port);
        check(::inet_pton(AF_INET, address.c_str(), &peer.sin_addr) == 1 && connected(peer),
              "connect");
    }
    if (!tls) return;
    context_ = SSL_CTX_new(TLS_client_method());
    ssl_ = SSL_new(context_);
    check(SSL_set_fd(ssl_, fd_) == 1 && SSL_connect(ssl_) == 1, "TLS handshake");
}

LoopbackClient::~LoopbackClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
    ::close(fd_);
}

void LoopbackClient::send(const std::string& bytes) {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
        const char* from = bytes.data() + sent;
        const std::size_t left = bytes.size() - sent;
        const auto step = ssl_ != nullptr ? SSL_write(ssl_, from, static_cast<int>(left))
                                          : ::send(fd_, from, left, MSG_NOSIGNAL);
        if (step <= 0) return;  // The server hung up; what it said before is still to be read.
        sent += static_cast<std::size_t>(step);
    }
}

std::size_t LoopbackClient::receive_some(void* into, std::size_t size) {
    const auto got =
        ssl_ != nullptr ? SSL_read(ssl_, into, static_cast<int>(size)) : ::recv(fd_, into, size, 0);
    return got > 0 ? static_cast<std::size_t>(got) : 0;
}

bool LoopbackClient::fill(std::size_t bytes) {
    std::array<char, 65536> chunk{};
    while (input_.size() < bytes) {
        const std::size_t got = receive_some(chunk.data(), chunk.size());
        if (got == 0) return false;
        input_.append(chunk.data(), got);
    }
    return true;
}

HttpAnswer LoopbackClient::read_answer(bool head) {
    HttpAnswer answer;
    std::size_t end = 0;
    while ((end = input_.find("\r\n\r\n")) == std::string::npos) {
        if (!fill(input_.size() + 1)) return answer;
    }
    std::string header = input_.substr(0, end + 2);
    input_.erase(0, end + 4);
    answer.status = std::stoi(header.substr(9, 3));
    std::size_t at = header.find("\r\n") + 2;
    while (at < header.size()) {
        const std::size_t colon = header.find(':', at);
        const std::size_t line_end = header.find("\r\n", at);
        std::string name = header.substr(at, colon - at);
        std::transform(name.begin(), name.end(), name.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        answer.headers[name] = header.substr(colon + 2, line_end - colon - 2);
        at = line_end + 2;
    }
    const auto length = answer.headers.find("content-length");
    if (length != answer.headers.end() && !head) {
        const std::size_t size = std::stoul(length->second);
        fill(size);
        answer.body = input_.substr(0, size);
        input_.erase(0, size);
    }
    return answer;
}

HttpAnswer LoopbackClient::get(const std::string& target, const std::string& more_headers) {
    send("GET " + target + " HTTP/1.1\r\nHost: test\r\n" + more_headers + "\r\n");
    return read_answer();
}

std::string LoopbackClient::upgrade_request(const std::string& path, const std::string& protocol) {
    std::string request = "GET " + path +
                          " HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                          "Sec-WebSocket-Version: 13\r\n";
    if (!protocol.empty()) request += "Sec-WebSocket-Protocol: " + protocol + "\r\n";
    return request + "\r\n";
}

void LoopbackClient::send_frame(unsigned opcode, const std::vector<std::byte>& payload) {
    std::string frame(1, static_cast<char>(0x80U | opcode));
    const std::size_t size = payload.size();
    if (size < 126) {
        frame += static_cast<char>(0x80U | size);
    } else if (size < 65536) {
        frame += static_cast<char>(0x80U | 126U);
        frame += static_cast<char>(size >> 8U);
        frame += static_cast<char>(size & 0xFFU);
    } else {
        frame += static_cast<char>(0x80U | 127U);
        for (unsigned shift = 64; shift > 0; shift -= 8) {
            frame += static_cast<char>(size >> (shift - 8) & 0xFFU);
        }
    }
    frame.append(4, '\0');  // A mask of zeros leaves the payload as it is.
    for (const std::byte byte : payload) frame += static_cast<char>(byte);
    send(frame);
}

void LoopbackClient::send_envelope(wire::Kind kind, const google::protobuf::MessageLite& message) {
    send_frame(2, wire::make_envelope(kind, message));
}

std::optional<Frame> LoopbackClient::read_frame() {
    for (;;) {
        if (!fill(2)) return std::nullopt;
        const auto byte = [this](std::size_t i) { return static_cast<unsigned char>(input_[i]); };
        Frame frame;
        frame.opcode = byte(0) & 0x0FU;
        std::size_t size = byte(1);
        std::size_t header = 2;
        if (size >= 126) {
            header = size == 126 ? 4 : 10;
            if (!fill(header)) return std::nullopt;
            size = 0;
            for (std::size_t i = 2; i < header; ++i) size = size << 8U | byte(i);
        }
        if (!fill(header + size)) return std::nullopt;
        for (std::size_t i = 0; i < size; ++i) {
            frame.payload.push_back(static_cast<std::byte>(input_[header + i]));
        }
        input_.erase(0, header + size);
        if (frame.opcode != 9) return frame;
    }
}

void LoopbackClient::reset_connection() {
    const linger at_once{1, 0};
    (void)::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::shutdown(fd_, SHUT_RDWR);
}

std::string LoopbackClient::server_name() const {
    X509* cert = SSL_get1_peer_certificate(ssl_);
    std::array<char, 256> name{};
    X509_NAME_get_text_by_NID(X509_get_subject_name(cert), NID_commonName, name.data(),
                              static_cast<int>(name.size()));
    X509_free(cert);
    return name.data();
}

}  // namespace earshot::transport
