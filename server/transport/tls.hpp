#pragma once

#include <memory>
#include <string>

struct ssl_ctx_st;

namespace earshot::transport {

/// The server's certificate and key, and how it speaks TLS: 1.2 and later, ALPN http/1.1, no
/// renegotiation, no compression, OpenSSL's buffers given back between records.
/// Thread: any, once constructed (connections count their reference themselves).
class TlsContext {
public:
    /// @param cert_file  PEM: the server's certificate, then those that sign it.
    /// @param key_file   PEM, without a pass phrase.
    /// @throws std::runtime_error  one line that names the file and what is wrong with it.
    TlsContext(const std::string& cert_file, const std::string& key_file);

    [[nodiscard]] ssl_ctx_st* native() const noexcept { return context_.get(); }

private:
    struct Free {
        void operator()(ssl_ctx_st* context) const noexcept;
    };
    std::unique_ptr<ssl_ctx_st, Free> context_;
};

}  // namespace earshot::transport
