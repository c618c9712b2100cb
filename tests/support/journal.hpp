#pragma once

#include "common/wire/packet.hpp"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace earshot::test {

/// One packet as the server sent it.
struct JournalPacket {
    wire::PacketStamp stamp;
    std::vector<std::byte> payload;
};

/// Reads what `earshot-server --journal-packets FILE` wrote: records of a little-endian u32 length
/// and a bundle. A last record cut short (the server still writes) is left out.
/// @throws std::runtime_error  if the file is missing or a record is no bundle.
[[nodiscard]] std::vector<JournalPacket> read_journal(const std::filesystem::path& file);

}  // namespace earshot::test
