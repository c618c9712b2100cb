#include "server/transport/acceptor.hpp"

#include "server/transport/http_session.hpp"
#include "server/transport/net_stream.hpp"

#include <boost/asio/ip/v6_only.hpp>
#include <sys/socket.h>

#include <chrono>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace earshot::transport {
namespace {

using boost::system::error_code;
namespace ip = boost::asio::ip;

/// Without files left, accepting again at once would only burn a core.
constexpr auto kPauseAfterFailure = std::chrono::milliseconds{100};
constexpr std::string_view kFull =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Retry-After: 5\r\nConnection: close\r\nContent-Length: 32\r\n\r\n"
    "This server is full; come again.";

std::string without_brackets(const std::string& address) {
    if (address.size() >= 2 && address.front() == '[' && address.back() == ']') {
        return address.substr(1, address.size() - 2);
    }
    return address;
}

ip::address resolve(const std::string& text) {
    if (text.empty()) return ip::address_v6::any();
    if (text == "localhost") return ip::address_v4::loopback();
    error_code error;
    auto address = ip::make_address(without_brackets(text), error);
    if (error) throw std::runtime_error("cannot listen on " + text + ": it is not an IP address");
    return address;
}

}  // namespace

Acceptor::Acceptor(const std::string& address,
                   std::uint16_t port,
                   std::vector<Shard*> shards,
                   Admission& admission,
                   std::shared_ptr<const TlsContext> tls)
    : shards_(std::move(shards)),
      admission_(admission),
      tls_(std::move(tls)),
      acceptor_(*shards_.front()->context()),
      pause_(*shards_.front()->context()) {
    listen_on(address, port);
}

void Acceptor::listen_on(const std::string& address, std::uint16_t port) {
    tcp::endpoint endpoint(resolve(address), port);
    error_code error;
    acceptor_.open(endpoint.protocol(), error);
    const bool any = endpoint.address() == ip::address(ip::address_v6::any());
    if (error == boost::asio::error::address_family_not_supported && any) {
        endpoint.address(ip::address_v4::any());
        acceptor_.open(endpoint.protocol(), error);
    }
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && endpoint.address().is_v6())
        acceptor_.set_option(boost::asio::ip::v6_only(!any), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(boost::asio::socket_base::max_listen_connections, error);
    if (!error) local_ = acceptor_.local_endpoint(error);
    if (error) {
        throw std::runtime_error("cannot listen on " + address + " port " + std::to_string(port) +
                                 ": " + error.message());
    }
}

void Acceptor::stop() {
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
}

void Acceptor::accept_next() {
    Shard& shard = *shards_[next_shard_++ % shards_.size()];
    acceptor_.async_accept(*shard.context(), [this, &shard](error_code error, tcp::socket socket) {
        on_accepted(error, std::move(socket), shard);
    });
}

void Acceptor::on_accepted(error_code error, tcp::socket socket, Shard& shard) {
    if (!acceptor_.is_open()) return;
    if (error) {
        Log& log = shards_.front()->surroundings().log;
        log.warning_limited("transport", "accept",
                            "cannot accept a connection: " + error.message());
        pause_.expires_after(kPauseAfterFailure);
        pause_.async_wait([this](error_code cancelled) {
            if (!cancelled) accept_next();
        });
        return;
    }
    const auto peer = socket.remote_endpoint(error).address();
    Admission::Refusal why{};
    Admission::Ticket ticket = error ? Admission::Ticket{} : admission_.enter(peer, why);
    if (ticket) {
        ShardCounters::add(shards_.front()->counters().connections_accepted);
        auto stream = std::make_shared<NetStream>(std::move(socket), std::move(ticket));
        shard.post(
            [&shard, stream, tls = tls_] { start_http_session(shard, std::move(*stream), tls); });
    } else if (!error) {
        turn_away(socket, why, counted_address(peer).to_string());
    }
    accept_next();
}

void Acceptor::turn_away(tcp::socket& socket, Admission::Refusal why, const std::string& peer) {
    const bool all = why == Admission::Refusal::total;
    shards_.front()->refused(all ? Refused::total_limit : Refused::address_limit, peer,
                             all ? "the server is full" : "too many connections from this address");
    if (tls_ == nullptr) {
        (void)::send(socket.native_handle(), kFull.data(), kFull.size(),
                     MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    error_code ignored;
    socket.shutdown(tcp::socket::shutdown_send, ignored);
    socket.close(ignored);
}

}  // namespace earshot::transport
