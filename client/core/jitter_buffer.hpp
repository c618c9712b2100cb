#pragma once

#include "common/base/zeroed_array.hpp"
#include "common/wire/packet.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace earshot::client {

/// What became of a packet on arrival.
enum class Arrival {
    stored,
    duplicate,  ///< Is here, or was played.
    late,       ///< Its place has been played without it.
    refused,    ///< Contradicts its lane's media grid, or is further ahead than any buffer.
};

/// Packets of one stream and epoch, by sequence, from arrival to decoding.
///
/// While the lane flows (somebody decodes it in order) the window starts at next(); while it does
/// not, the window slides with the newest packet, and old ones fall out uncounted.
/// Thread: one owner. Real-time: everything but the constructor.
class JitterBuffer {
public:
    /// 1.9 s of packets.
    static constexpr std::uint32_t kCapacity = 96;

    JitterBuffer();

    /// Empties it for another stream or epoch.
    void reset() noexcept;
    [[nodiscard]] Arrival insert(const wire::PacketSlot& packet) noexcept;

    /// True after the first packet: media_of() means something.
    [[nodiscard]] bool based() const noexcept { return based_; }
    /// Presentation time, in media frames, of a sequence number. @pre based()
    [[nodiscard]] std::int64_t media_of(std::uint32_t sequence) const noexcept {
        return base_media_ + std::int64_t{sequence} * kPacketFrames.count();
    }
    /// The packet to decode next, counted or not yet here.
    [[nodiscard]] std::uint32_t next() const noexcept { return next_; }
    /// Lowest stored sequence from next() on.
    [[nodiscard]] std::optional<std::uint32_t> lowest() const noexcept;
    /// Packets waiting.
    [[nodiscard]] int waiting() const noexcept { return waiting_; }
    /// Highest sequence ever stored. @pre based()
    [[nodiscard]] std::uint32_t highest() const noexcept { return highest_; }

    /// Begins in-order decoding at a sequence; what waits before it is dropped.
    void flow_from(std::uint32_t sequence) noexcept;
    /// Ends in-order decoding. Nothing before next() is wanted any more.
    void stop() noexcept { flowing_ = false; }
    [[nodiscard]] bool flowing() const noexcept { return flowing_; }
    /// Drops what waits below a sequence. @pre !flowing()
    void drop_below(std::uint32_t sequence) noexcept;

    /// The packet next(), or null if it is not here. Stays until pass().
    [[nodiscard]] const wire::PacketSlot* peek() const noexcept;
    /// Goes to the following sequence number; the place is remembered as played or missed.
    void pass() noexcept;

private:
    enum class Place : std::uint8_t { empty, stored, played, missed };
    struct Mark {
        std::uint32_t sequence = 0;
        Place place = Place::empty;
    };
    [[nodiscard]] static std::size_t index(std::uint32_t sequence) noexcept {
        return sequence % kCapacity;
    }

    ZeroedArray<wire::PacketSlot> slots_;
    std::array<Mark, kCapacity> marks_{};
    std::int64_t base_media_ = 0;  ///< Media time of sequence 0.
    std::uint32_t next_ = 0;
    std::uint32_t highest_ = 0;
    int waiting_ = 0;
    bool based_ = false;
    bool flowing_ = false;
};

}  // namespace earshot::client
