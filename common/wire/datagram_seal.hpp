#pragma once

#include "common/base/result.hpp"
#include "common/wire/datagram.hpp"

#include <cstddef>
#include <memory>
#include <span>

struct evp_cipher_ctx_st;

namespace earshot::wire {

/// A key made ready for use, in one direction.
class DatagramCipher {
protected:
    /// @pre key.size() == kDatagramKeyBytes
    DatagramCipher(std::span<const std::byte> key, bool seals);
    struct Free {
        void operator()(evp_cipher_ctx_st* context) const noexcept;
    };
    std::unique_ptr<evp_cipher_ctx_st, Free> context_;
};

/// Seals the datagrams of one way of one route: ChaCha20-Poly1305 (RFC 8439), the nonce being four
/// zero bytes and the counter, the head authenticated with the body. A counter must never be used
/// twice with a key.
/// Thread: one owner. Allocates in the constructor only.
class DatagramSealer : private DatagramCipher {
public:
    /// @pre key.size() == kDatagramKeyBytes
    /// @throws std::runtime_error  if OpenSSL cannot.
    explicit DatagramSealer(std::span<const std::byte> key) : DatagramCipher(key, true) {}

    /// Seals the body in place.
    /// @param datagram  Head, body, and kDatagramTagBytes of room for the tag.
    /// @pre datagram.size() >= clear_bytes(way) + kDatagramTagBytes
    /// Fails with Errc::refused, if OpenSSL does.
    [[nodiscard]] Result<void> seal(std::span<std::byte> datagram, DatagramWay way) noexcept;
};

/// Opens what a DatagramSealer with the same key has sealed.
/// Thread: one owner. Allocates in the constructor only.
class DatagramOpener : private DatagramCipher {
public:
    /// @pre key.size() == kDatagramKeyBytes
    /// @throws std::runtime_error  if OpenSSL cannot.
    explicit DatagramOpener(std::span<const std::byte> key) : DatagramCipher(key, false) {}

    /// Opens the body in place, and gives it without its tag. If that fails, the body's bytes mean
    /// nothing. Fails with Errc::truncated or refused (forged, damaged, another key).
    [[nodiscard]] Result<std::span<std::byte>> open(std::span<std::byte> datagram,
                                                    DatagramWay way) noexcept;
};

}  // namespace earshot::wire
