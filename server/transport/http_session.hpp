#pragma once

#include "server/transport/net_stream.hpp"
#include "server/transport/shard.hpp"

#include <memory>
#include <string>

namespace earshot::transport {

/// Path of the WebSocket that listeners connect to.
inline constexpr std::string_view kStreamPath = "/stream";

/// Serves a fresh connection: tells TLS from plain, answers HTTP/1.1 requests, hands upgrades over.
/// @param tls  Null: no TLS here. Else plain HTTP is only redirected to https.
/// Thread: the shard's.
void start_http_session(Shard& shard, NetStream stream, std::shared_ptr<const TlsContext> tls);

}  // namespace earshot::transport
