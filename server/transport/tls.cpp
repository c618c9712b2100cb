#include "server/transport/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace earshot::transport {
namespace {

constexpr std::string_view kAlpnHttp11{"\x08http/1.1", 9};
constexpr unsigned char kSessionContext[] = "earshot";

std::string first_openssl_error() {
    // The first one says what is wrong with the file; those after it, only who noticed.
    const unsigned long code = ERR_peek_error();
    ERR_clear_error();
    if (ERR_SYSTEM_ERROR(code)) return std::generic_category().message(ERR_GET_REASON(code));
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    return reason == nullptr ? "unknown reason" : reason;
}

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error(what + ": " + first_openssl_error());
}

/// OpenSSL would ask on the terminal for a pass phrase otherwise.
int no_pass_phrase(char*, int, int, void*) {
    return -1;
}

int select_alpn(SSL*,
                const unsigned char** out,
                unsigned char* out_size,
                const unsigned char* offered,
                unsigned int offered_size,
                void*) {
    unsigned char* chosen = nullptr;
    const auto* ours = reinterpret_cast<const unsigned char*>(kAlpnHttp11.data());
    if (SSL_select_next_proto(&chosen, out_size, ours, kAlpnHttp11.size(), offered, offered_size) !=
        OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

}  // namespace

void TlsContext::Free::operator()(ssl_ctx_st* context) const noexcept {
    SSL_CTX_free(context);
}

TlsContext::TlsContext(const std::string& cert_file, const std::string& key_file)
    : context_(SSL_CTX_new(TLS_server_method())) {
    SSL_CTX* context = context_.get();
    if (context == nullptr) fail("cannot start TLS");
    ERR_clear_error();
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                     SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_default_passwd_cb(context, no_pass_phrase);
    SSL_CTX_set_alpn_select_cb(context, select_alpn, nullptr);
    SSL_CTX_set_session_id_context(context, kSessionContext, sizeof kSessionContext - 1);
    // Tickets resume sessions without memory here; a cache would hold 20,000 sessions.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    if (SSL_CTX_use_certificate_chain_file(context, cert_file.c_str()) != 1) {
        fail("cannot use the TLS certificate " + cert_file);
    }
    if (SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
        fail("cannot use the TLS key " + key_file + " with " + cert_file);
    }
    if (SSL_CTX_check_private_key(context) != 1) {
        fail("the TLS key " + key_file + " does not belong to " + cert_file);
    }
}

}  // namespace earshot::transport
