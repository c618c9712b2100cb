#include "common/wire/datagram_writer.hpp"

#include "common/base/assert.hpp"
#include "common/wire/datagram_seal.hpp"

#include <algorithm>

namespace earshot::wire {

void DatagramWriter::begin(const DatagramHead& head,
                           DatagramWay way,
                           DatagramSealer* sealer) noexcept {
    write_datagram_head(head, way, bytes_);
    size_ = clear_bytes(way);
    end_ = kMaxDatagramBytes - (sealer != nullptr ? kDatagramTagBytes : 0);
    way_ = way;
    sealer_ = sealer;
}

bool DatagramWriter::append(std::span<const std::byte> bytes) noexcept {
    if (bytes.size() > room()) {
        return false;
    }
    std::ranges::copy(bytes, std::span{bytes_}.subspan(size_).begin());
    size_ += bytes.size();
    return true;
}

void DatagramWriter::put(std::size_t at, std::byte value) noexcept {
    const std::size_t place = clear_bytes(way_) + at;
    EARSHOT_ASSERT(place < size_);
    bytes_[place] = value;
}

std::span<const std::byte> DatagramWriter::finish() noexcept {
    if (sealer_ == nullptr) {
        return std::span{bytes_}.first(size_);
    }
    const auto whole = std::span{bytes_}.first(size_ + kDatagramTagBytes);
    if (!sealer_->seal(whole, way_)) {
        return {};
    }
    return whole;
}

}  // namespace earshot::wire
