#include "client/core/delivery_log.hpp"

#include <algorithm>
#include <tuple>

namespace earshot::client {

DeliveryLog::Entry& DeliveryLog::entry_of(const wire::PacketStamp& stamp) noexcept {
    const std::uint32_t second = stamp.sequence / wire::kSecondPackets;
    const auto found = std::find_if(seconds_.begin(), seconds_.end(), [&](const Entry& entry) {
        return entry.number != 0 && entry.second.second == second &&
               entry.second.epoch == stamp.epoch && entry.second.stream == stamp.stream;
    });
    if (found != seconds_.end()) {
        return *found;
    }
    // A free one (its number is 0), or the oldest: it is then never told of.
    Entry& entry =
        *std::min_element(seconds_.begin(), seconds_.end(),
                          [](const Entry& a, const Entry& b) { return a.number < b.number; });
    entry = {.second = {.stream = stamp.stream, .epoch = stamp.epoch, .second = second},
             .number = ++last_number_};
    return entry;
}

void DeliveryLog::add(const wire::PacketSlot& packet, LocalInstant now) noexcept {
    Entry& entry = entry_of(packet.stamp);
    const std::uint64_t bit = std::uint64_t{1} << (packet.stamp.sequence % wire::kSecondPackets);
    if ((entry.second.packets & bit) != 0) {
        return;
    }
    entry.second.packets |= bit;
    entry.second.sum += wire::packet_checksum(packet.stamp, packet.bytes());
    entry.changed = now;
}

bool DeliveryLog::is_settled(const Entry& entry, LocalInstant now) const noexcept {
    // Seconds of an epoch are told of in order: one that still changes holds up those after it.
    return std::none_of(seconds_.begin(), seconds_.end(), [&](const Entry& other) {
        return other.number != 0 && other.second.stream == entry.second.stream &&
               other.second.epoch == entry.second.epoch &&
               other.second.second <= entry.second.second && now - other.changed < kSettles;
    });
}

std::vector<wire::SecondChecksum> DeliveryLog::take_settled(LocalInstant now) {
    std::vector<Entry*> settled;
    for (Entry& entry : seconds_) {
        if (entry.number != 0 && is_settled(entry, now)) {
            settled.push_back(&entry);
        }
    }
    const auto order = [](const Entry* entry) {
        return std::tuple(entry->second.epoch, entry->second.stream, entry->second.second);
    };
    std::sort(settled.begin(), settled.end(),
              [&](const Entry* a, const Entry* b) { return order(a) < order(b); });
    settled.resize(std::min(settled.size(), kMostAtOnce));
    std::vector<wire::SecondChecksum> seconds;
    for (Entry* const entry : settled) {
        seconds.push_back(entry->second);
        entry->number = 0;
    }
    return seconds;
}

}  // namespace earshot::client
