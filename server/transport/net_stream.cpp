#include "server/transport/net_stream.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

namespace earshot::transport {
namespace {

constexpr int kSendBufferBytes = 16 * 1024;
constexpr int kNotSentBytes = 2 * 1024;
constexpr std::size_t kRecordBytes = 16 * 1024;

// OpenSSL's own socket BIO writes with write(), and a peer that has gone would then end the
// process by SIGPIPE. This one is the same with MSG_NOSIGNAL.

int descriptor_of(BIO* bio) noexcept {
    return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

bool try_again() noexcept {
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

int bio_write(BIO* bio, const char* data, int size) {
    BIO_clear_retry_flags(bio);
    const auto sent =
        ::send(descriptor_of(bio), data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (sent < 0 && try_again()) BIO_set_retry_write(bio);
    return static_cast<int>(sent);
}

int bio_read(BIO* bio, char* into, int size) {
    BIO_clear_retry_flags(bio);
    const auto got = ::recv(descriptor_of(bio), into, static_cast<std::size_t>(size), 0);
    if (got < 0 && try_again()) BIO_set_retry_read(bio);
    if (got == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    return static_cast<int>(got);
}

long bio_control(BIO* bio, int command, long, void*) {
    switch (command) {
        case BIO_CTRL_FLUSH:
            return 1;
        case BIO_CTRL_EOF:
            return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
        default:
            return 0;
    }
}

struct FreeMethod {
    void operator()(BIO_METHOD* method) const noexcept { BIO_meth_free(method); }
};

const BIO_METHOD* socket_method() {
    static const std::unique_ptr<BIO_METHOD, FreeMethod> method = [] {
        BIO_METHOD* made =
            BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without SIGPIPE");
        if (made != nullptr) {
            BIO_meth_set_write(made, bio_write);
            BIO_meth_set_read(made, bio_read);
            BIO_meth_set_ctrl(made, bio_control);
        }
        return std::unique_ptr<BIO_METHOD, FreeMethod>(made);
    }();
    return method.get();
}

}  // namespace

NetStream::NetStream(tcp::socket socket, Admission::Ticket ticket) noexcept
    : socket_(std::move(socket)), ticket_(std::move(ticket)) {}

void NetStream::FreeSsl::operator()(ssl_st* ssl) const noexcept {
    SSL_free(ssl);
}

error_code NetStream::start_tls(const TlsContext& context) {
    error_code error;
    socket_.non_blocking(true, error);
    if (error) return error;
    const BIO_METHOD* method = socket_method();
    BIO* bio = method == nullptr ? nullptr : BIO_new(method);
    ssl_.reset(SSL_new(context.native()));
    if (!ssl_ || bio == nullptr) {
        BIO_free(bio);
        ssl_.reset();
        ERR_clear_error();
        return make_error_code(boost::system::errc::not_enough_memory);
    }
    // The descriptor itself, not an address: the BIO lives longer than a moved socket's.
    // NOLINTNEXTLINE(performance-no-int-to-ptr)
    BIO_set_data(bio, reinterpret_cast<void*>(std::intptr_t{socket_.native_handle()}));
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_.get(), bio, bio);
    return {};
}

NetStream::Step NetStream::tls_step(int result) noexcept {
    if (result > 0) return {{}, static_cast<std::size_t>(result), Need::nothing};
    const int why = SSL_get_error(ssl_.get(), result);
    ERR_clear_error();
    switch (why) {
        case SSL_ERROR_WANT_READ:
            return {{}, 0, Need::read};
        case SSL_ERROR_WANT_WRITE:
            return {{}, 0, Need::write};
        case SSL_ERROR_ZERO_RETURN:
            return {boost::asio::error::eof, 0, Need::nothing};
        case SSL_ERROR_SSL:
            return {make_error_code(boost::system::errc::protocol_error), 0, Need::nothing};
        default:
            return {boost::asio::error::connection_reset, 0, Need::nothing};
    }
}

NetStream::Step NetStream::tls_accept() noexcept {
    ERR_clear_error();
    return tls_step(SSL_accept(ssl_.get()));
}

NetStream::Step NetStream::tls_read(boost::asio::mutable_buffer buffer) noexcept {
    if (buffer.size() == 0) return {};
    ERR_clear_error();
    const auto size = static_cast<int>(std::min(buffer.size(), kRecordBytes));
    return tls_step(SSL_read(ssl_.get(), buffer.data(), size));
}

NetStream::Step NetStream::tls_write(boost::asio::const_buffer buffer) noexcept {
    if (buffer.size() == 0) return {};
    ERR_clear_error();
    return tls_step(SSL_write(ssl_.get(), buffer.data(), static_cast<int>(buffer.size())));
}

std::size_t NetStream::take_put_back(boost::asio::mutable_buffer buffer) noexcept {
    const std::size_t size = std::min(buffer.size(), put_back_.size());
    std::memcpy(buffer.data(), put_back_.data(), size);
    put_back_.erase(0, size);
    return size;
}

std::span<std::byte> NetStream::scratch() noexcept {
    thread_local std::array<std::byte, kRecordBytes> memory;
    return memory;
}

void NetStream::shut_down_send() noexcept {
    if (ssl_ && SSL_is_init_finished(ssl_.get()) != 0) {
        ERR_clear_error();
        SSL_shutdown(ssl_.get());
        ERR_clear_error();
    }
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

void NetStream::close() noexcept {
    error_code ignored;
    socket_.close(ignored);
}

void NetStream::tune_for_streaming() noexcept {
    const int fd = socket_.native_handle();
    const int on = 1;
    // Refusals are harmless: the stream works without, with more delay.
    (void)::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    (void)::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &kSendBufferBytes, sizeof kSendBufferBytes);
    (void)::setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kNotSentBytes, sizeof kNotSentBytes);
}

}  // namespace earshot::transport
