#include "tests/support/journal.hpp"

#include "common/wire/bundle.hpp"
#include "tests/support/child_process.hpp"

#include <span>
#include <stdexcept>
#include <string>

namespace earshot::test {

std::vector<JournalPacket> read_journal(const std::filesystem::path& file) {
    const std::string text = read_text(file);
    if (text.empty()) {
        throw std::runtime_error(file.string() + " is missing or empty");
    }
    const std::span<const std::byte> bytes = std::as_bytes(std::span(text));
    std::vector<JournalPacket> packets;
    std::size_t at = 0;
    while (at + 4 <= bytes.size()) {
        std::size_t length = 0;
        for (std::size_t n = 0; n < 4; ++n) {
            length |= std::to_integer<std::size_t>(bytes[at + n]) << (8 * n);
        }
        at += 4;
        if (at + length > bytes.size()) {
            break;
        }
        const auto bundle = wire::parse_bundle(bytes.subspan(at, length));
        if (!bundle) {
            throw std::runtime_error(file.string() + ": no bundle at byte " + std::to_string(at) +
                                     " (" + bundle.error().message() + ")");
        }
        for (int n = 0; n < bundle->count; ++n) {
            const wire::PacketView& view = bundle->packets.at(static_cast<std::size_t>(n));
            packets.push_back({view.stamp, {view.payload.begin(), view.payload.end()}});
        }
        at += length;
    }
    return packets;
}

}  // namespace earshot::test
