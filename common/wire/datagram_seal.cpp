#include "common/wire/datagram_seal.hpp"

#include "common/base/assert.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace earshot::wire {
namespace {

constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kCounterAt = 8;
constexpr std::size_t kCounterBytes = 8;

using Nonce = std::array<unsigned char, kNonceBytes>;

[[nodiscard]] unsigned char* octets(std::span<std::byte> bytes) noexcept {
    return reinterpret_cast<unsigned char*>(bytes.data());
}

[[nodiscard]] Nonce nonce_of(std::span<const std::byte> datagram) noexcept {
    Nonce nonce{};
    std::ranges::transform(datagram.subspan(kCounterAt, kCounterBytes), nonce.begin() + 4,
                           [](std::byte byte) { return std::to_integer<unsigned char>(byte); });
    return nonce;
}

}  // namespace

void DatagramCipher::Free::operator()(evp_cipher_ctx_st* context) const noexcept {
    EVP_CIPHER_CTX_free(context);  // and wipes the key
}

DatagramCipher::DatagramCipher(std::span<const std::byte> key, bool seals)
    : context_(EVP_CIPHER_CTX_new()) {
    EARSHOT_ASSERT(key.size() == kDatagramKeyBytes);
    const auto* bytes = reinterpret_cast<const unsigned char*>(key.data());
    if (context_ == nullptr || EVP_CipherInit_ex(context_.get(), EVP_chacha20_poly1305(), nullptr,
                                                 bytes, nullptr, seals ? 1 : 0) != 1) {
        throw std::runtime_error("datagrams cannot be sealed: OpenSSL has no ChaCha20-Poly1305");
    }
}

Result<void> DatagramSealer::seal(std::span<std::byte> datagram, DatagramWay way) noexcept {
    const std::size_t clear = clear_bytes(way);
    EARSHOT_ASSERT(datagram.size() >= clear + kDatagramTagBytes);
    const auto head = datagram.first(clear);
    const auto body = datagram.subspan(clear, datagram.size() - clear - kDatagramTagBytes);
    const auto tag = datagram.last(kDatagramTagBytes);
    const Nonce nonce = nonce_of(datagram);
    EVP_CIPHER_CTX* context = context_.get();
    int written = 0;
    const bool sealed =
        EVP_EncryptInit_ex(context, nullptr, nullptr, nullptr, nonce.data()) == 1 &&
        EVP_EncryptUpdate(context, nullptr, &written, octets(head),
                          static_cast<int>(head.size())) == 1 &&
        EVP_EncryptUpdate(context, octets(body), &written, octets(body),
                          static_cast<int>(body.size())) == 1 &&
        EVP_EncryptFinal_ex(context, octets(tag), &written) == 1 &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kDatagramTagBytes, octets(tag)) == 1;
    if (!sealed) {
        return Errc::refused;
    }
    return {};
}

Result<std::span<std::byte>> DatagramOpener::open(std::span<std::byte> datagram,
                                                  DatagramWay way) noexcept {
    const std::size_t clear = clear_bytes(way);
    if (datagram.size() < clear + kDatagramTagBytes) {
        return Errc::truncated;
    }
    const auto head = datagram.first(clear);
    const auto body = datagram.subspan(clear, datagram.size() - clear - kDatagramTagBytes);
    const auto tag = datagram.last(kDatagramTagBytes);
    const Nonce nonce = nonce_of(datagram);
    EVP_CIPHER_CTX* context = context_.get();
    int written = 0;
    std::array<unsigned char, kDatagramTagBytes> rest{};
    const bool opened =
        EVP_DecryptInit_ex(context, nullptr, nullptr, nullptr, nonce.data()) == 1 &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kDatagramTagBytes, octets(tag)) == 1 &&
        EVP_DecryptUpdate(context, nullptr, &written, octets(head),
                          static_cast<int>(head.size())) == 1 &&
        EVP_DecryptUpdate(context, octets(body), &written, octets(body),
                          static_cast<int>(body.size())) == 1 &&
        EVP_DecryptFinal_ex(context, rest.data(), &written) == 1;
    if (!opened) {
        return Errc::refused;
    }
    return body;
}

}  // namespace earshot::wire
