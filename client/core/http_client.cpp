#include "client/core/http_client.hpp"

#include "client/core/tls_trust.hpp"
#include "common/base/assert.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace earshot::client {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;

/// Completion handlers of one call, one after the other, on a private io_context.
class Exchange {
public:
    explicit Exchange(std::chrono::milliseconds limit)
        : until_(std::chrono::steady_clock::now() + limit) {}

    [[nodiscard]] asio::io_context& io() noexcept { return io_; }

    /// Runs one started operation to its end. @return timed_out if the time is over before.
    [[nodiscard]] error_code finish(const error_code& result, const bool& done) {
        io_.restart();
        while (!done) {
            if (io_.run_one_until(until_) == 0) {
                return asio::error::timed_out;
            }
        }
        return result;
    }

private:
    asio::io_context io_;
    std::chrono::steady_clock::time_point until_;
};

/// Starts an operation with start(handler) and waits for it.
template <class Start>
error_code await(Exchange& exchange, Start&& start) {
    error_code result;
    bool done = false;
    start([&](error_code error, auto&&...) {
        result = error;
        done = true;
    });
    return exchange.finish(result, done);
}

template <class Stream>
error_code request_reply(Exchange& exchange,
                         Stream& stream,
                         const http::request<http::string_body>& request,
                         http::response_parser<http::string_body>& parser) {
    if (const error_code error = await(exchange, [&](auto handler) {
            http::async_write(stream, request, std::move(handler));
        })) {
        return error;
    }
    boost::beast::flat_buffer buffer;
    return await(exchange, [&](auto handler) {
        http::async_read(stream, buffer, parser, std::move(handler));
    });
}

http::request<http::string_body> make_request(const ServerUrl& url, const HttpCall& call) {
    http::request<http::string_body> request;
    request.method_string(call.method);
    request.target(call.target);
    request.version(11);
    request.set(http::field::host, url.authority());
    request.set(http::field::user_agent, "earshot/" EARSHOT_VERSION);
    request.set(http::field::connection, "close");
    if (!call.bearer_token.empty()) {
        request.set(http::field::authorization, "Bearer " + call.bearer_token);
    }
    if (!call.body.empty()) {
        request.set(http::field::content_type, "application/json");
        request.body() = call.body;
    }
    request.prepare_payload();
    return request;
}

}  // namespace

Expected<HttpReply> http_call(const ServerUrl& url, TlsTrust* trust, const HttpCall& call) {
    const auto failed = [&](error_code error) {
        return Failure{Errc::io_failed, "cannot reach " + url.origin() + ": " +
                                            (error == asio::error::timed_out ? "no answer in time"
                                                                             : error.message())};
    };
    Exchange exchange(call.limit);
    // Declared before what the handlers of an unfinished operation refer to would go.
    const auto request = make_request(url, call);
    http::response_parser<http::string_body> parser;
    parser.body_limit(16U * 1024 * 1024);
    tcp::resolver resolver(exchange.io());
    tcp::resolver::results_type endpoints;
    if (const error_code error = await(exchange, [&](auto handler) {
            resolver.async_resolve(url.host, std::to_string(url.port),
                                   [&endpoints, handler](error_code result, auto found) mutable {
                                       endpoints = std::move(found);
                                       handler(result);
                                   });
        })) {
        return failed(error);
    }
    const auto connect = [&](tcp::socket& socket) {
        return await(exchange, [&](auto handler) {
            asio::async_connect(socket, endpoints, std::move(handler));
        });
    };
    error_code error;
    if (url.tls) {
        EARSHOT_ASSERT(trust != nullptr);
        ssl::stream<tcp::socket> stream(exchange.io(), trust->context());
        error = connect(stream.next_layer());
        if (!error) {
            set_server_name(stream.native_handle(), url.host);
            stream.set_verify_callback(ssl::host_name_verification(url.host));
            error = await(exchange, [&](auto handler) {
                stream.async_handshake(ssl::stream_base::client, std::move(handler));
            });
        }
        if (!error) {
            error = request_reply(exchange, stream, request, parser);
        }
    } else {
        tcp::socket socket(exchange.io());
        error = connect(socket);
        if (!error) {
            error = request_reply(exchange, socket, request, parser);
        }
    }
    if (error) {
        return failed(error);
    }
    return HttpReply{static_cast<int>(parser.get().result_int()), std::move(parser.get().body())};
}

}  // namespace earshot::client
