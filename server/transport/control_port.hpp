#pragma once

#include "common/wire/http.hpp"
#include "common/wire/ports.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace earshot::transport {

/// The shards' way to the control thread: posts, in order.
/// Thread: shards post; shut() on control, or when control has stopped.
class ControlPort {
public:
    /// @param control  Outlives this object.
    /// @param events   Not used after shut().
    ControlPort(boost::asio::io_context& control,
                wire::HttpHandler handler,
                wire::ListenerEvents& events);

    void envelope(ConnectionId connection, wire::Kind kind, std::vector<std::byte> body);
    void closed(ConnectionId connection, const wire::ConnectionCounters& counters);
    void http(wire::HttpRequest request, wire::HttpResponder respond);

    /// What is still on its way is dropped.
    void shut() noexcept;

private:
    struct Receiver {
        wire::HttpHandler handler;
        wire::ListenerEvents* events;  ///< Null when shut.
    };
    template <class Call>
    void post(Call call);

    boost::asio::io_context& control_;
    std::shared_ptr<Receiver> receiver_;  ///< The object is touched on the control thread only.
};

}  // namespace earshot::transport
