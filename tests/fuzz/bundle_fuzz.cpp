// parse_bundle() on any bytes: what it accepts must write back to the same bytes, reserved fields
// aside. Every payload is read as haptic points, too.

#include "common/base/assert.hpp"
#include "common/wire/bundle.hpp"
#include "common/wire/haptics.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace earshot::wire;
    const auto bytes = std::as_bytes(std::span{data, size});
    const auto bundle = parse_bundle(bytes);
    if (!bundle) {
        return 0;
    }
    EARSHOT_ASSERT(bundle->count >= 1 && bundle->count <= kMaxBundlePackets);
    std::vector<PacketSlot> slots;
    for (int i = 0; i < bundle->count; ++i) {
        const PacketView& view = bundle->packets[static_cast<std::size_t>(i)];
        PacketSlot slot;
        slot.stamp = view.stamp;
        slot.size = static_cast<std::uint16_t>(view.payload.size());
        std::ranges::copy(view.payload, slot.payload.begin());
        slots.push_back(slot);
        if (const auto points = parse_haptics(view.payload)) {
            EARSHOT_ASSERT(points->count >= 1 && points->count <= kMaxHapticPoints);
            for (const HapticPoint& point : points->points) {
                EARSHOT_ASSERT(point.centroid <= 127);
            }
        }
    }
    std::vector<const PacketSlot*> pointers;
    for (const PacketSlot& slot : slots) {
        pointers.push_back(&slot);
    }
    std::vector<std::byte> written;
    append_bundle(pointers, written);
    std::vector<std::byte> expected(bytes.begin(), bytes.end());
    expected[2] = expected[3] = std::byte{0};
    std::size_t at = kBundleHeaderBytes;
    for (const PacketSlot& slot : slots) {
        expected[at + 24] = expected[at + 25] = std::byte{0};
        at += kPacketHeaderBytes + slot.size;
    }
    EARSHOT_ASSERT(written == expected);
    return 0;
}
