#include "server/transport/control_port.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace earshot::transport {

ControlPort::ControlPort(boost::asio::io_context& control,
                         wire::HttpHandler handler,
                         wire::ListenerEvents& events)
    : control_(control),
      receiver_(std::make_shared<Receiver>(Receiver{std::move(handler), &events})) {}

template <class Call>
void ControlPort::post(Call call) {
    boost::asio::post(control_, [receiver = receiver_, call = std::move(call)]() mutable {
        if (receiver->events != nullptr) call(*receiver);
    });
}

void ControlPort::envelope(ConnectionId connection, wire::Kind kind, std::vector<std::byte> body) {
    post([connection, kind, body = std::move(body)](Receiver& to) {
        to.events->on_envelope(connection, kind, body);
    });
}

void ControlPort::closed(ConnectionId connection, const wire::ConnectionCounters& counters) {
    post([connection, counters](Receiver& to) { to.events->on_closed(connection, counters); });
}

void ControlPort::http(wire::HttpRequest request, wire::HttpResponder respond) {
    post([request = std::move(request), respond = std::move(respond)](Receiver& to) mutable {
        to.handler(request, std::move(respond));
    });
}

void ControlPort::shut() noexcept {
    receiver_->events = nullptr;
}

}  // namespace earshot::transport
