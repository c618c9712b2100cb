#pragma once

#include "server/transport/admission.hpp"
#include "server/transport/shard.hpp"
#include "server/transport/tls.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace earshot::transport {

/// Listens on the one port and hands each new socket to the next shard.
/// Thread: constructed anywhere; then the first shard's.
class Acceptor {
public:
    /// @param address  "::" (IPv4 too, and IPv4 alone where there is no IPv6), "0.0.0.0",
    ///                 "[::1]", "localhost", ...
    /// @param port     0: any free one; see port().
    /// @param shards   Not empty; outlive this object. The first one's thread accepts.
    /// @throws std::runtime_error  one line that names the address and what is wrong.
    Acceptor(const std::string& address,
             std::uint16_t port,
             std::vector<Shard*> shards,
             Admission& admission,
             std::shared_ptr<const TlsContext> tls);

    [[nodiscard]] std::uint16_t port() const noexcept { return local_.port(); }
    /// Address and port as bound.
    [[nodiscard]] const boost::asio::ip::tcp::endpoint& local() const noexcept { return local_; }
    void start() { accept_next(); }
    void stop();
    /// For connections from now on.
    void set_tls(std::shared_ptr<const TlsContext> tls) { tls_ = std::move(tls); }

private:
    void listen_on(const std::string& address, std::uint16_t port);
    void accept_next();
    void on_accepted(boost::system::error_code error,
                     boost::asio::ip::tcp::socket socket,
                     Shard& shard);
    void turn_away(boost::asio::ip::tcp::socket& socket,
                   Admission::Refusal why,
                   const std::string& peer);

    std::vector<Shard*> shards_;
    Admission& admission_;
    std::shared_ptr<const TlsContext> tls_;
    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::steady_timer pause_;
    boost::asio::ip::tcp::endpoint local_;
    std::size_t next_shard_ = 0;
};

}  // namespace earshot::transport
