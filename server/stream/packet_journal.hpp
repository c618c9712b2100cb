#pragma once

#include "common/rt/spsc_ring.hpp"
#include "common/wire/packet.hpp"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

namespace earshot::stream {

/// Writes every packet to a file, for proof that two runs gave the same bytes: records of a
/// u32 length (little-endian) and a bundle of one packet (bundle.hpp).
///
/// Thread: push() and flush() engine; the file is written by a thread of its own.
class PacketJournal final : public wire::PacketSink {
public:
    /// @throws std::runtime_error  if the file cannot be written.
    explicit PacketJournal(const std::filesystem::path& file);
    /// Writes what waits and closes the file.
    ~PacketJournal() override;
    PacketJournal(const PacketJournal&) = delete;
    PacketJournal& operator=(const PacketJournal&) = delete;

    void push(const wire::PacketSlot& packet) noexcept override;
    void flush() noexcept override;
    /// Packets there was no room for: the file is then not complete.
    [[nodiscard]] std::uint64_t dropped() const noexcept {
        return dropped_.load(std::memory_order_relaxed);
    }

private:
    void run();

    std::ofstream file_;
    rt::SpscRing<wire::PacketSlot> ring_;
    std::atomic<std::uint64_t> dropped_{0};
    std::atomic<std::uint32_t> batches_{0};  ///< Waited on; changes with each flush().
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace earshot::stream
