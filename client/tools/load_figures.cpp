#include "client/tools/load_figures.hpp"

#include <chrono>

namespace earshot::load {

std::uint32_t SequenceCheck::take(const wire::PacketStamp& stamp) {
    const bool same_run = received_ > 0 && stamp.stream == newest_.stream;
    if (same_run && (stamp.epoch < newest_.epoch ||
                     (stamp.epoch == newest_.epoch && stamp.sequence <= newest_.sequence))) {
        ++repeated_;
        return 0;
    }
    std::uint32_t gap = 0;
    if (same_run) {
        // An epoch that begins while one listens begins with its first packet.
        gap = stamp.epoch == newest_.epoch ? stamp.sequence - newest_.sequence - 1 : stamp.sequence;
    }
    newest_ = stamp;
    ++received_;
    missing_ += gap;
    return gap;
}

void SpreadWatch::take(const wire::PacketStamp& stamp, LocalInstant received) {
    const std::uint64_t key = (std::uint64_t{stamp.stream.value} << 56U) |
                              (std::uint64_t{stamp.epoch.value & 0xFF'FFFFU} << 32U) |
                              stamp.sequence;
    const auto [place, fresh] = open_.try_emplace(key, Span{received, received, 0});
    place->second.last = received;
    ++place->second.listeners;
}

void SpreadWatch::expire(LocalInstant now, Histogram& into) {
    for (auto span = open_.begin(); span != open_.end();) {
        if (now - span->second.last < std::chrono::seconds{1}) {
            ++span;
            continue;
        }
        if (span->second.listeners > 1) {
            const auto spread = span->second.last - span->second.first;
            into.add(std::chrono::duration<double, std::micro>(spread).count());
        }
        span = open_.erase(span);
    }
}

}  // namespace earshot::load
