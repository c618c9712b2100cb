#pragma once

#include "server/transport/admission.hpp"
#include "server/transport/tls.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>

struct ssl_st;

namespace earshot::transport {

using boost::asio::ip::tcp;
using boost::system::error_code;

/// A connection's bytes, plain or TLS, as an asynchronous stream. TLS works on the socket itself:
/// no BIO pair and none of the two 17 KiB buffers that asio::ssl::stream keeps a connection.
/// Thread: the socket's executor. One read and one write at a time, as with a socket.
class NetStream {
public:
    using executor_type = tcp::socket::executor_type;
    using next_layer_type = tcp::socket;

    /// @param ticket  The connection's place; given back when the stream goes.
    NetStream(tcp::socket socket, Admission::Ticket ticket) noexcept;
    NetStream(NetStream&&) noexcept = default;
    NetStream& operator=(NetStream&&) = delete;
    ~NetStream() = default;

    [[nodiscard]] executor_type get_executor() { return socket_.get_executor(); }
    [[nodiscard]] tcp::socket& next_layer() noexcept { return socket_; }
    [[nodiscard]] const tcp::socket& next_layer() const noexcept { return socket_; }
    [[nodiscard]] bool secure() const noexcept { return ssl_ != nullptr; }

    /// Speaks TLS from now on, as a server; async_handshake() must follow.
    [[nodiscard]] error_code start_tls(const TlsContext& context);
    template <class Token>
    auto async_handshake(Token&& token);

    /// Bytes that were read too early; the next reads give them first.
    void put_back(std::string bytes) { put_back_ = std::move(bytes); }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token);
    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token);

    /// For Beast's concepts only; nothing here calls them.
    template <class Buffers>
    std::size_t read_some(const Buffers& buffers, error_code& error) {
        return socket_.read_some(buffers, error);
    }
    template <class Buffers>
    std::size_t write_some(const Buffers& buffers, error_code& error) {
        return socket_.write_some(buffers, error);
    }

    /// Says goodbye in TLS if that takes no waiting, and ends sending.
    void shut_down_send() noexcept;
    void close() noexcept;

    /// TCP_NODELAY, a send buffer of 16 KiB and at most 2 KiB unsent in it, so that neither clock
    /// nor control ever waits behind stored audio.
    void tune_for_streaming() noexcept;

private:
    enum class Need { nothing, read, write };
    struct Step {
        error_code error;
        std::size_t bytes = 0;
        Need need = Need::nothing;
    };
    struct FreeSsl {
        void operator()(ssl_st* ssl) const noexcept;
    };
    [[nodiscard]] Step tls_step(int result) noexcept;
    [[nodiscard]] Step tls_accept() noexcept;
    [[nodiscard]] Step tls_read(boost::asio::mutable_buffer buffer) noexcept;
    [[nodiscard]] Step tls_write(boost::asio::const_buffer buffer) noexcept;
    [[nodiscard]] std::size_t take_put_back(boost::asio::mutable_buffer buffer) noexcept;
    /// One record's worth of memory to flatten a gathered write in.
    [[nodiscard]] static std::span<std::byte> scratch() noexcept;

    /// Repeats `attempt` until it needs nothing; never completes inside the initiating call.
    template <class Attempt, class Token>
    auto drive(Attempt attempt, Token&& token);

    template <class Buffers>
    [[nodiscard]] static boost::asio::mutable_buffer first_of(const Buffers& buffers);

    tcp::socket socket_;
    std::unique_ptr<ssl_st, FreeSsl> ssl_;
    std::string put_back_;
    Admission::Ticket ticket_;
};

template <class Buffers>
boost::asio::mutable_buffer NetStream::first_of(const Buffers& buffers) {
    const auto end = boost::asio::buffer_sequence_end(buffers);
    for (auto each = boost::asio::buffer_sequence_begin(buffers); each != end; ++each) {
        const boost::asio::mutable_buffer buffer = *each;
        if (buffer.size() != 0) return buffer;
    }
    return {};
}

template <class Attempt, class Token>
auto NetStream::drive(Attempt attempt, Token&& token) {
    auto operation = [this, attempt, step = Step{}, inside_initiation = true](
                         auto& self, error_code error = {}) mutable {
        const bool initiating = std::exchange(inside_initiation, false);
        if (error) return self.complete(error, 0);
        if (initiating || step.need != Need::nothing) {
            step = attempt();
            if (step.need == Need::read) {
                socket_.async_wait(tcp::socket::wait_read, std::move(self));
                return;
            }
            if (step.need == Need::write) {
                socket_.async_wait(tcp::socket::wait_write, std::move(self));
                return;
            }
            if (initiating) {
                boost::asio::post(socket_.get_executor(), std::move(self));
                return;
            }
        }
        self.complete(step.error, step.bytes);
    };
    return boost::asio::async_compose<Token, void(error_code, std::size_t)>(std::move(operation),
                                                                            token, socket_);
}

template <class Token>
auto NetStream::async_handshake(Token&& token) {
    return drive([this] { return tls_accept(); }, std::forward<Token>(token));
}

template <class Buffers, class Token>
auto NetStream::async_read_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, const Buffers& into) {
            const boost::asio::mutable_buffer first = first_of(into);
            if (!put_back_.empty()) {
                drive(
                    [this, first] {
                        return Step{{}, take_put_back(first), Need::nothing};
                    },
                    std::move(handler));
            } else if (secure()) {
                drive([this, first] { return tls_read(first); }, std::move(handler));
            } else {
                socket_.async_read_some(into, std::move(handler));
            }
        },
        token, buffers);
}

template <class Buffers, class Token>
auto NetStream::async_write_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, const Buffers& from) {
            if (!secure()) {
                socket_.async_write_some(from, std::move(handler));
                return;
            }
            // One record instead of one for each buffer: the header of a WebSocket message alone is
            // a record of its own otherwise.
            const auto attempt = [this, from] {
                const std::span<std::byte> flat = scratch();
                const std::size_t size =
                    boost::asio::buffer_copy(boost::asio::buffer(flat.data(), flat.size()), from);
                return tls_write(boost::asio::buffer(flat.data(), size));
            };
            drive(attempt, std::move(handler));
        },
        token, buffers);
}

}  // namespace earshot::transport
