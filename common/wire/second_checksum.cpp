#include "common/wire/second_checksum.hpp"

namespace earshot::wire {
namespace {

constexpr std::uint32_t kFnvBasis = 0x811C9DC5U;
constexpr std::uint32_t kFnvPrime = 0x01000193U;

class Fnv {
public:
    void byte(std::uint8_t value) noexcept { hash_ = (hash_ ^ value) * kFnvPrime; }
    template <class Unsigned>
    void number(Unsigned value) noexcept {
        for (std::size_t n = 0; n < sizeof value; ++n) {
            byte(static_cast<std::uint8_t>(value >> (8 * n)));
        }
    }
    [[nodiscard]] std::uint32_t mixed() const noexcept {
        std::uint32_t hash = hash_;
        hash = (hash ^ (hash >> 16U)) * 0x85EBCA6BU;
        hash = (hash ^ (hash >> 13U)) * 0xC2B2AE35U;
        return hash ^ (hash >> 16U);
    }

private:
    std::uint32_t hash_ = kFnvBasis;
};

}  // namespace

std::uint32_t packet_checksum(const PacketStamp& stamp,
                              std::span<const std::byte> payload) noexcept {
    Fnv fnv;
    fnv.number(stamp.epoch.value);
    fnv.number(stamp.sequence);
    fnv.number(static_cast<std::uint64_t>(stamp.media.time_since_epoch().count()));
    fnv.number(static_cast<std::uint64_t>(stamp.programme.time_since_epoch().count()));
    for (const std::byte byte : payload) {
        fnv.byte(std::to_integer<std::uint8_t>(byte));
    }
    return fnv.mixed();
}

}  // namespace earshot::wire
