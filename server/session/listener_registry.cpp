#include "server/session/listener_registry.hpp"

#include "common/base/random_bytes.hpp"
#include "server/session/badge.hpp"

#include <algorithm>
#include <span>

namespace earshot::session {
namespace {

ResumeToken random_token() {
    ResumeToken token;
    fill_random(token);
    return token;
}

}  // namespace

ListenerRegistry::ListenerRegistry(std::size_t seats) : seats_(seats) {}

Listener* ListenerRegistry::find_token(const std::string& token) noexcept {
    Listener* found = nullptr;
    for (auto& [id, listener] : listeners_) {
        if (same_secret(listener.token, std::as_bytes(std::span{token}))) found = &listener;
    }
    return found;
}

bool ListenerRegistry::make_room(Now now) {
    std::erase_if(listeners_, [&](const auto& entry) {
        return !entry.second.connection && now - entry.second.seen > kKeepFor;
    });
    if (listeners_.size() < seats_) return true;
    auto longest_gone = listeners_.end();
    for (auto it = listeners_.begin(); it != listeners_.end(); ++it) {
        if (it->second.connection) continue;
        if (longest_gone == listeners_.end() || it->second.seen < longest_gone->second.seen) {
            longest_gone = it;
        }
    }
    if (longest_gone == listeners_.end()) return false;
    listeners_.erase(longest_gone);
    return true;
}

Listener* ListenerRegistry::join(ConnectionId connection, const std::string& token, Now now) {
    Listener* listener = find_token(token);
    if (listener == nullptr) {
        if (!make_room(now)) return nullptr;
        const ListenerId id{++last_id_};
        listener = &listeners_[id];
        listener->id = id;
        listener->badge = badge_name(id.value);
        listener->token = random_token();
    } else if (listener->connection) {
        by_connection_.erase(*listener->connection);  // the newer connection of a token wins
    }
    listener->connection = connection;
    listener->seen = now;
    by_connection_[connection] = listener->id;
    return listener;
}

Listener* ListenerRegistry::find(ConnectionId connection) noexcept {
    const auto it = by_connection_.find(connection);
    return it == by_connection_.end() ? nullptr : &listeners_.at(it->second);
}

void ListenerRegistry::lost(ConnectionId connection,
                            const wire::ConnectionCounters& counters,
                            Now now) {
    Listener* listener = find(connection);
    if (listener == nullptr) return;
    listener->connection.reset();
    listener->seen = now;
    listener->sent.packets_sent += counters.packets_sent;
    listener->sent.packets_dropped_late += counters.packets_dropped_late;
    listener->sent.bytes_sent += counters.bytes_sent;
    listener->sent.sync_replies += counters.sync_replies;
    by_connection_.erase(connection);
}

}  // namespace earshot::session
