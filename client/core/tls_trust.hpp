#pragma once

#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

struct ssl_st;

namespace earshot::client {

/// Says in a TLS session's first message which host is wanted (RFC 6066 section 3). An address is
/// not a host name and is left out.
void set_server_name(ssl_st* session, const std::string& host);

/// Whom a client believes: the system's certificate authorities, or those of one file.
/// Thread: any, once constructed.
class TlsTrust {
public:
    /// @param ca_file  PEM; empty: the system's.
    /// @throws std::runtime_error  one line that names the file.
    explicit TlsTrust(const std::string& ca_file);
    ~TlsTrust();
    TlsTrust(const TlsTrust&) = delete;
    TlsTrust& operator=(const TlsTrust&) = delete;

    [[nodiscard]] boost::asio::ssl::context& context() noexcept { return *context_; }

private:
    std::unique_ptr<boost::asio::ssl::context> context_;
};

}  // namespace earshot::client
