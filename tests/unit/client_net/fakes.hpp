#pragma once

#include "client/core/client_session.hpp"
#include "common/wire/bundle.hpp"
#include "common/wire/envelope.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace earshot::client {

/// A socket that keeps what it was given.
class FakeLink final : public SessionLink {
public:
    void send(std::vector<std::byte> envelope) override { sent.push_back(std::move(envelope)); }
    void send_sync(std::uint32_t sequence) override { syncs.push_back(sequence); }
    void hang_up(std::string_view reason) override { hung_up = reason; }

    std::vector<std::vector<std::byte>> sent;
    std::vector<std::uint32_t> syncs;
    std::string hung_up;
};

/// A datagram socket that keeps what it was given.
class FakeDatagrams final : public DatagramLink {
public:
    struct Sent {
        wire::DatagramType type;
        std::vector<std::byte> body;
    };
    bool open(const DatagramOffer& offer) override {
        opened.push_back(offer);
        return opens;
    }
    void close() noexcept override { ++closed; }
    void send(wire::DatagramType type, std::span<const std::byte> body) override {
        sent.push_back({type, {body.begin(), body.end()}});
    }
    void send_sync(std::uint32_t sequence) override { syncs.push_back(sequence); }
    [[nodiscard]] DatagramCounters counters() const noexcept override { return {}; }

    [[nodiscard]] int count(wire::DatagramType type) const {
        return static_cast<int>(std::count_if(sent.begin(), sent.end(),
                                              [&](const Sent& one) { return one.type == type; }));
    }

    bool opens = true;
    std::vector<DatagramOffer> opened;
    std::vector<Sent> sent;
    std::vector<std::uint32_t> syncs;
    int closed = 0;
};

/// An audio side that keeps what it was told.
class FakeAudio final : public ListenerAudio {
public:
    void packet(const wire::PacketSlot& packet, LocalInstant /*received*/) override {
        packets.push_back(packet);
    }
    void clock(const sync::ClockModel& model) override { clocks.push_back(model); }
    void command(const PlayerCommand& command) override { commands.push_back(command); }
    [[nodiscard]] PlayerStats stats() override { return now; }

    std::vector<wire::PacketSlot> packets;
    std::vector<sync::ClockModel> clocks;
    std::vector<PlayerCommand> commands;
    PlayerStats now;
};

/// One bundle envelope of packets of one stream, `sequence` and on, 20 ms apart.
inline std::vector<std::byte> bundle_of(std::uint8_t stream,
                                        std::uint32_t epoch,
                                        std::uint32_t sequence,
                                        int count) {
    std::vector<wire::PacketSlot> slots(static_cast<std::size_t>(count));
    std::vector<const wire::PacketSlot*> pointers;
    for (wire::PacketSlot& slot : slots) {
        slot.stamp = {StreamId{stream}, Epoch{epoch}, sequence,
                      MediaTime{Frames{std::int64_t{sequence} * 960}},
                      ProgrammeTime{Frames{std::int64_t{sequence} * 960}}};
        slot.size = 2;
        slot.payload[0] = std::byte{stream};
        slot.payload[1] = static_cast<std::byte>(sequence);
        ++sequence;
        pointers.push_back(&slot);
    }
    std::vector<std::byte> envelope{static_cast<std::byte>(wire::Kind::bundle)};
    wire::append_bundle(pointers, envelope);
    return envelope;
}

}  // namespace earshot::client
