#include "client/core/tls_trust.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/verify_mode.hpp>

#include <stdexcept>

namespace earshot::client {

void set_server_name(ssl_st* session, const std::string& host) {
    boost::system::error_code is_name;
    (void)boost::asio::ip::make_address(host, is_name);
    if (is_name) {
        // What the macro SSL_set_tlsext_host_name does; the library only reads the name.
        SSL_ctrl(session, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                 const_cast<char*>(host.c_str()));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    }
}

TlsTrust::TlsTrust(const std::string& ca_file)
    : context_(std::make_unique<boost::asio::ssl::context>(boost::asio::ssl::context::tls_client)) {
    boost::system::error_code error;
    if (SSL_CTX_set_min_proto_version(context_->native_handle(), TLS1_2_VERSION) != 1) {
        throw std::runtime_error("TLS 1.2 is not available here");
    }
    if (ca_file.empty()) {
        context_->set_default_verify_paths(error);
    } else {
        context_->load_verify_file(ca_file, error);
    }
    if (error) {
        throw std::runtime_error(
            (ca_file.empty() ? std::string{"the system's certificates"} : ca_file) +
            " cannot be used as certificate authorities: " + error.message());
    }
    context_->set_verify_mode(boost::asio::ssl::verify_peer);
}

TlsTrust::~TlsTrust() = default;

}  // namespace earshot::client
