#pragma once

#include "common/wire/http.hpp"
#include "server/transport/net_stream.hpp"
#include "server/transport/shard.hpp"

#include <string>

namespace earshot::transport {

/// A socket whose request asked for a WebSocket and may have one.
struct Upgrade {
    NetStream stream;
    wire::HttpRequest request;  ///< The headers of the handshake.
    std::string peer;           ///< For the log.
};

/// True if the Sec-WebSocket-Protocol header offers the subprotocol that is spoken here.
[[nodiscard]] bool offers_subprotocol(const wire::HttpRequest& request);

/// Answers the upgrade and serves the connection until it ends; the shard keeps it meanwhile.
/// Thread: the shard's.
void start_ws_session(Shard& shard, Upgrade upgrade);

}  // namespace earshot::transport
