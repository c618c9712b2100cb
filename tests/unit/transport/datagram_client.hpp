#pragma once

#include "common/wire/datagram.hpp"
#include "common/wire/datagram_seal.hpp"
#include "common/wire/datagram_writer.hpp"
#include "earshot/v1/media.pb.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <sys/time.h>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace earshot::transport {

/// A listener's blocking UDP socket on the loopback. Gives up after 10 s.
class DatagramClient {
public:
    struct Datagram {
        wire::DatagramHead head;
        std::vector<std::byte> body;
    };

    /// @param from  Where it sends from.
    DatagramClient(const v1::MediaOffer& offer,
                   std::uint16_t port,
                   const std::string& to = "127.0.0.1",
                   const std::string& from = {})
        : offer_(offer), server_(boost::asio::ip::make_address(to), port), socket_(io_) {
        socket_.open(server_.protocol());
        if (!from.empty()) socket_.bind({boost::asio::ip::make_address(from), 0});
        set_up();
        if (offer.key_up().empty()) return;
        sealer_.emplace(std::as_bytes(std::span{offer.key_up()}));
        opener_.emplace(std::as_bytes(std::span{offer.key_down()}));
    }

    /// The next datagram that it sends.
    std::vector<std::byte> make(wire::DatagramType type, std::span<const std::byte> body) {
        wire::DatagramWriter writer;
        writer.begin({type, offer_.route(), ++counter_, offer_.cookie()}, wire::DatagramWay::up,
                     sealer_ ? &*sealer_ : nullptr);
        (void)writer.append(body);
        const auto bytes = writer.finish();
        return {bytes.begin(), bytes.end()};
    }
    void send_bytes(const std::vector<std::byte>& bytes) {
        socket_.send(boost::asio::buffer(bytes));
    }
    void send(wire::DatagramType type, std::span<const std::byte> body) {
        send_bytes(make(type, body));
    }
    /// The next one of the server's, opened; nothing if none comes, or it is not genuine.
    std::optional<Datagram> receive() {
        std::vector<std::byte> bytes(2048);
        const auto got = ::recv(socket_.native_handle(), bytes.data(), bytes.size(), 0);
        if (got <= 0) return std::nullopt;
        bytes.resize(static_cast<std::size_t>(got));
        const auto head = wire::parse_datagram_head(bytes, wire::DatagramWay::down);
        if (!head || head->route != offer_.route()) return std::nullopt;
        std::span<std::byte> body =
            std::span{bytes}.subspan(wire::clear_bytes(wire::DatagramWay::down));
        if (opener_) {
            const auto opened = opener_->open(bytes, wire::DatagramWay::down);
            if (!opened) return std::nullopt;
            body = *opened;
        }
        return Datagram{*head, {body.begin(), body.end()}};
    }
    /// Goes on from another port.
    void move_away() {
        const auto address = socket_.local_endpoint().address();
        socket_.close();
        socket_.open(server_.protocol());
        socket_.bind({address, 0});
        set_up();
    }

private:
    /// Connected, it takes nothing that comes from elsewhere.
    void set_up() {
        socket_.connect(server_);
        const timeval limit{10, 0};
        (void)::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    }

    v1::MediaOffer offer_;
    boost::asio::ip::udp::endpoint server_;
    boost::asio::io_context io_;
    boost::asio::ip::udp::socket socket_;
    std::uint64_t counter_ = 0;
    std::optional<wire::DatagramSealer> sealer_;
    std::optional<wire::DatagramOpener> opener_;
};

}  // namespace earshot::transport
