#include "client/core/connection.hpp"

#include "client/core/tls_trust.hpp"
#include "common/wire/envelope.hpp"
#include "earshot/v1/sync.pb.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <chrono>
#include <deque>
#include <optional>
#include <type_traits>
#include <utility>

namespace earshot::client {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace ssl = boost::asio::ssl;
namespace websocket = boost::beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

/// Socket with the io_context's own executor: no type erasure on the hot path.
using PlainSocket = asio::basic_stream_socket<tcp, asio::io_context::executor_type>;
using TlsSocket = ssl::stream<PlainSocket>;

constexpr std::chrono::seconds kOpenLimit{8};
constexpr std::chrono::milliseconds kFarewellLimit{500};
/// Two and a half seconds of audio: a listener that sleeps longer than that is better served by
/// what is due when it wakes than by a long queue of what is not.
constexpr int kReceiveBufferBytes = 32 * 1024;
/// More than this unsent means that the peer has stopped reading.
constexpr std::size_t kMaxQueued = 64;

template <class Socket>
class WebSocketConnection final : public Connection,
                                  public std::enable_shared_from_this<WebSocketConnection<Socket>> {
public:
    static constexpr bool kTls = std::is_same_v<Socket, TlsSocket>;

    template <class... SocketArguments>
    WebSocketConnection(asio::io_context& io,
                        ServerUrl url,
                        const LocalClockSource& clock,
                        ConnectionEvents& events,
                        SocketArguments&&... arguments)
        : io_(io),
          url_(std::move(url)),
          clock_(clock),
          events_(&events),
          resolver_(io),
          deadline_(io),
          stream_(std::forward<SocketArguments>(arguments)...) {}

    void start() {
        deadline_.expires_after(kOpenLimit);
        deadline_.async_wait([self = this->shared_from_this()](error_code error) {
            if (!error && !self->open_) {
                self->end("no answer within 8 s");
            }
        });
        resolver_.async_resolve(
            url_.host, std::to_string(url_.port), tcp::resolver::numeric_service,
            [self = this->shared_from_this()](error_code error, tcp::resolver::results_type found) {
                self->on_resolved(error, std::move(found));
            });
    }

    void send(std::vector<std::byte> envelope) override {
        if (ended_ || !open_) {
            return;
        }
        if (queue_.size() >= kMaxQueued) {
            end("the server has stopped reading");
            return;
        }
        queue_.push_back(std::move(envelope));
        write_next();
    }

    void send_sync(std::uint32_t sequence) override {
        if (ended_ || !open_) {
            return;
        }
        sync_ = sequence;  // An older one that could not leave yet is no longer worth sending.
        write_next();
    }

    void hang_up(std::string_view reason) override { end(reason); }

    [[nodiscard]] std::optional<asio::ip::udp::endpoint> peer() const override {
        if (!peer_ || ended_) {
            return std::nullopt;
        }
        return asio::ip::udp::endpoint{peer_->address(), peer_->port()};
    }

    void abandon() override {
        events_ = nullptr;
        if (ended_) {
            return;
        }
        if (!open_) {
            ended_ = true;
            deadline_.cancel();
            close_socket();
            return;
        }
        leaving_ = true;
        sync_.reset();
        deadline_.expires_after(kFarewellLimit);
        deadline_.async_wait([self = this->shared_from_this()](error_code error) {
            if (!error) {
                self->ended_ = true;
                self->close_socket();
            }
        });
        write_next();
    }

private:
    PlainSocket& socket() noexcept {
        if constexpr (kTls) {
            return stream_.next_layer().next_layer();
        } else {
            return stream_.next_layer();
        }
    }

    void on_resolved(error_code error, tcp::resolver::results_type found) {
        if (ended_) {
            return;
        }
        if (error) {
            end("cannot find " + url_.host + ": " + error.message());
            return;
        }
        endpoints_ = std::move(found);
        next_endpoint_ = endpoints_.begin();
        connect_next(asio::error::host_not_found);
    }

    void connect_next(error_code last_error) {
        error_code ignored;
        socket().close(ignored);
        if (next_endpoint_ == endpoints_.end()) {
            end("cannot connect to " + url_.authority() + ": " + last_error.message());
            return;
        }
        const tcp::endpoint endpoint = (next_endpoint_++)->endpoint();
        error_code error;
        socket().open(endpoint.protocol(), error);
        if (error) {
            connect_next(error);
            return;
        }
        // Before connecting: the window scale is fixed by then.
        socket().set_option(asio::socket_base::receive_buffer_size(kReceiveBufferBytes), ignored);
        socket().async_connect(endpoint, [self = this->shared_from_this()](error_code result) {
            if (self->ended_) {
                return;
            }
            if (result) {
                self->connect_next(result);
            } else {
                self->on_connected();
            }
        });
    }

    void on_connected() {
        error_code ignored;
        if (const auto remote = socket().remote_endpoint(ignored); !ignored) {
            peer_ = remote;
        }
        socket().set_option(tcp::no_delay(true), ignored);
        if constexpr (kTls) {
            set_server_name(stream_.next_layer().native_handle(), url_.host);
            stream_.next_layer().set_verify_callback(ssl::host_name_verification(url_.host));
            stream_.next_layer().async_handshake(
                ssl::stream_base::client, [self = this->shared_from_this()](error_code error) {
                    if (self->ended_) {
                        return;
                    }
                    if (error) {
                        self->end("TLS with " + self->url_.authority() +
                                  " failed: " + error.message());
                    } else {
                        self->upgrade();
                    }
                });
        } else {
            upgrade();
        }
    }

    void upgrade() {
        stream_.binary(true);
        stream_.read_message_max(wire::kMaxFromServerBytes);
        stream_.auto_fragment(false);
        stream_.set_option(websocket::stream_base::decorator([](websocket::request_type& request) {
            request.set(beast::http::field::sec_websocket_protocol,
                        std::string{wire::kSubprotocol});
            request.set(beast::http::field::user_agent, "earshot-client/" EARSHOT_VERSION);
        }));
        stream_.async_handshake(
            answer_, url_.authority(), "/stream",
            [self = this->shared_from_this()](error_code error) { self->on_upgraded(error); });
    }

    void on_upgraded(error_code error) {
        if (ended_) {
            return;
        }
        if (error) {
            end(error == websocket::error::upgrade_declined
                    ? url_.authority() + " answers HTTP " + std::to_string(answer_.result_int()) +
                          " on /stream: is it an Earshot server?"
                    : "no WebSocket with " + url_.authority() + ": " + error.message());
            return;
        }
        if (answer_[beast::http::field::sec_websocket_protocol] != wire::kSubprotocol) {
            end(url_.authority() + " does not speak " + std::string{wire::kSubprotocol});
            return;
        }
        open_ = true;
        deadline_.cancel();
        read_next();
        events_->on_open(clock_.now());
    }

    void read_next() {
        stream_.async_read(buffer_,
                           [self = this->shared_from_this()](error_code error, std::size_t) {
                               self->on_read(error, self->clock_.now());
                           });
    }

    void on_read(error_code error, LocalInstant received) {
        if (ended_) {
            return;
        }
        if (error) {
            end(read_error(error));
            return;
        }
        if (events_ != nullptr && stream_.got_binary()) {
            const auto bytes = buffer_.cdata();
            events_->on_envelope({static_cast<const std::byte*>(bytes.data()), bytes.size()},
                                 received);
        }
        if (!ended_) {
            buffer_.clear();
            read_next();
        }
    }

    std::string read_error(error_code error) const {
        if (error == websocket::error::closed) {
            const auto& why = stream_.reason();
            return "the server closed the connection" +
                   (why.reason.empty() ? std::string{}
                                       : ": " + std::string{why.reason.data(), why.reason.size()});
        }
        if (error == asio::error::eof || error == ssl::error::stream_truncated) {
            return "the connection ended";
        }
        return "the connection broke: " + error.message();
    }

    void write_next() {
        if (writing_ || ended_) {
            return;
        }
        if (sync_) {
            v1::SyncRequest request;
            request.set_sequence(*sync_);
            sync_.reset();
            request.set_t1_local_ns(
                static_cast<std::uint64_t>(clock_.now().time_since_epoch().count()));
            in_flight_ = wire::make_envelope(wire::Kind::sync_request, request);
        } else if (!queue_.empty()) {
            in_flight_ = std::move(queue_.front());
            queue_.pop_front();
        } else {
            if (leaving_) {
                // Not closed at once: unread audio would turn the close into a reset, and the reset
                // would take the good-bye with it. The server's own close ends the reading.
                error_code ignored;
                socket().shutdown(tcp::socket::shutdown_send, ignored);
            }
            return;
        }
        writing_ = true;
        stream_.async_write(asio::buffer(in_flight_),
                            [self = this->shared_from_this()](error_code error, std::size_t) {
                                self->writing_ = false;
                                if (error) {
                                    self->end("the connection broke: " + error.message());
                                    return;
                                }
                                self->write_next();
                            });
    }

    void close_socket() {
        error_code ignored;
        resolver_.cancel();
        socket().shutdown(tcp::socket::shutdown_both, ignored);
        socket().close(ignored);
    }

    void end(std::string_view reason) {
        if (ended_) {
            return;
        }
        ended_ = true;
        deadline_.cancel();
        close_socket();
        // Posted: whoever called hang_up() is not called back from inside it.
        asio::post(io_, [self = this->shared_from_this(), why = std::string{reason}] {
            if (self->events_ != nullptr) {
                std::exchange(self->events_, nullptr)->on_closed(why);
            }
        });
    }

    asio::io_context& io_;
    ServerUrl url_;
    const LocalClockSource& clock_;
    ConnectionEvents* events_;
    tcp::resolver resolver_;
    asio::steady_timer deadline_;
    websocket::stream<Socket, false> stream_;
    tcp::resolver::results_type endpoints_;
    tcp::resolver::results_type::const_iterator next_endpoint_;
    std::optional<tcp::endpoint> peer_;
    websocket::response_type answer_;
    beast::flat_buffer buffer_;
    std::optional<std::uint32_t> sync_;  ///< Sequence of the exchange that waits.
    std::deque<std::vector<std::byte>> queue_;
    std::vector<std::byte> in_flight_;
    bool open_ = false;
    bool writing_ = false;
    bool leaving_ = false;
    bool ended_ = false;
};

}  // namespace

std::shared_ptr<Connection> Connection::open(asio::io_context& io,
                                             const ServerUrl& url,
                                             TlsTrust* trust,
                                             const LocalClockSource& clock,
                                             ConnectionEvents& events) {
    if (url.tls) {
        EARSHOT_ASSERT(trust != nullptr);
        auto made = std::make_shared<WebSocketConnection<TlsSocket>>(
            io, url, clock, events, io.get_executor(), trust->context());
        made->start();
        return made;
    }
    auto made = std::make_shared<WebSocketConnection<PlainSocket>>(io, url, clock, events,
                                                                   io.get_executor());
    made->start();
    return made;
}

}  // namespace earshot::client
