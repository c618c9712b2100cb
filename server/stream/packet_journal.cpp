#include "server/stream/packet_journal.hpp"

#include "common/wire/bundle.hpp"

#include <array>
#include <stdexcept>
#include <vector>

namespace earshot::stream {
namespace {

constexpr std::size_t kRing = 6'144;

}  // namespace

PacketJournal::PacketJournal(const std::filesystem::path& file)
    : file_(file, std::ios::binary | std::ios::trunc), ring_(kRing) {
    if (!file_) throw std::runtime_error("cannot write the packet journal " + file.string());
    thread_ = std::thread([this] { run(); });
}

PacketJournal::~PacketJournal() {
    stopping_.store(true, std::memory_order_release);
    batches_.fetch_add(1, std::memory_order_release);
    batches_.notify_one();
    thread_.join();
}

void PacketJournal::push(const wire::PacketSlot& packet) noexcept {
    if (!ring_.try_push(packet)) dropped_.fetch_add(1, std::memory_order_relaxed);
}

void PacketJournal::flush() noexcept {
    batches_.fetch_add(1, std::memory_order_release);
    batches_.notify_one();
}

void PacketJournal::run() {
    std::vector<std::byte> bytes;
    wire::PacketSlot packet;
    for (;;) {
        const std::uint32_t seen = batches_.load(std::memory_order_acquire);
        const bool last = stopping_.load(std::memory_order_acquire);
        while (ring_.try_pop(packet)) {
            bytes.clear();
            const std::array<const wire::PacketSlot*, 1> one{&packet};
            wire::append_bundle(one, bytes);
            std::array<char, 4> length{};
            for (std::size_t i = 0; i < length.size(); ++i) {
                length[i] = static_cast<char>((bytes.size() >> (8 * i)) & 0xFF);
            }
            file_.write(length.data(), length.size());
            file_.write(reinterpret_cast<const char*>(bytes.data()),
                        static_cast<std::streamsize>(bytes.size()));
        }
        file_.flush();
        if (last) return;
        batches_.wait(seen, std::memory_order_acquire);
    }
}

}  // namespace earshot::stream
