#include "client/core/listener_link.hpp"

#include <boost/asio/io_context.hpp>

#include <utility>

namespace earshot::client {

ListenerLink::ListenerLink(boost::asio::io_context& io,
                           ServerUrl url,
                           TlsTrust* trust,
                           const LocalClockSource& clock,
                           ClientSession& session,
                           ListenerLinkEvents& events,
                           std::uint64_t seed)
    : io_(io),
      url_(std::move(url)),
      trust_(trust),
      clock_(clock),
      session_(session),
      events_(events),
      backoff_(seed),
      retry_(io),
      tick_(io),
      udp_(io, clock, *this) {}

ListenerLink::~ListenerLink() {
    if (connection_) {
        connection_->abandon();
    }
}

void ListenerLink::start() {
    connection_ = Connection::open(io_, url_, trust_, clock_, *this);
}

void ListenerLink::stop(std::string_view reason) {
    stopped_ = true;
    retry_.cancel();
    tick_.cancel();
    if (connection_) {
        session_.leave(reason);
        session_.on_closed();
        std::exchange(connection_, nullptr)->abandon();
    }
}

void ListenerLink::on_open(LocalInstant now) {
    session_.on_open(*connection_, now, &udp_);
    schedule_tick();
}

void ListenerLink::on_envelope(std::span<const std::byte> bytes, LocalInstant received) {
    session_.on_envelope(bytes, received);
    if (session_.live() && !was_live_) {
        was_live_ = true;
        live_since_ = received;
        events_.on_live();
    }
    retime_tick();
}

void ListenerLink::on_datagram(wire::DatagramType type,
                               std::span<const std::byte> body,
                               LocalInstant received) {
    session_.on_datagram(type, body, received);
}

void ListenerLink::on_datagrams_read() {
    retime_tick();
}

std::optional<boost::asio::ip::udp::endpoint> ListenerLink::datagram_peer() const {
    return connection_ ? connection_->peer() : std::nullopt;
}

void ListenerLink::on_closed(std::string_view reason) {
    tick_.cancel();
    tick_at_ = LocalInstant::max();
    connection_.reset();
    if (std::exchange(was_live_, false)) {
        ++disconnects_;
        if (clock_.now() - live_since_ >= kStable) {
            backoff_.reset();
        }
    }
    const bool refused = session_.state() == ClientSession::State::refused;
    if (refused && session_.refusal().final) {
        events_.on_refused(session_.refusal().text);
        return;
    }
    const std::string why = refused ? session_.refusal().text : std::string{reason};
    session_.on_closed();
    const auto wait = backoff_.next(session_.take_come_back_after());
    events_.on_lost(why, wait);
    retry_.expires_after(wait);
    retry_.async_wait([this](boost::system::error_code error) {
        // Cancelling a timer does not take back a call that is already queued.
        if (!error && !stopped_) {
            start();
        }
    });
}

void ListenerLink::schedule_tick() {
    tick_at_ = session_.next_due();
    if (tick_at_ == LocalInstant::max()) {
        tick_.cancel();
        return;
    }
    tick_.expires_after(tick_at_ - clock_.now());
    tick_.async_wait([this](boost::system::error_code error) {
        if (error || stopped_) {
            return;
        }
        // What has come already counts, however late this is.
        udp_.read_waiting();
        session_.tick(clock_.now());
        schedule_tick();
    });
}

/// What has just come may be a reason to do something sooner, or to sleep on: a watch over silence
/// that is put off costs less than one that wakes for nothing.
void ListenerLink::retime_tick() {
    if (connection_ && session_.next_due() != tick_at_) {
        schedule_tick();
    }
}

}  // namespace earshot::client
