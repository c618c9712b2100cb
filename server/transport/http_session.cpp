#include "server/transport/http_session.hpp"

#include "common/wire/envelope.hpp"
#include "server/transport/url.hpp"
#include "server/transport/ws_session.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <sys/socket.h>

#include <atomic>
#include <cctype>
#include <chrono>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>

namespace earshot::transport {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using namespace std::chrono_literals;

constexpr std::uint32_t kHeaderLimit = 8 * 1024;
constexpr std::uint64_t kBodyLimit = 64 * 1024;
constexpr auto kRequestLimit = 10s;
constexpr auto kAnswerLimit = 30s;
constexpr unsigned char kTlsHandshake = 0x16;
constexpr std::string_view kContentPolicy =
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'";

bool is_loopback(const boost::asio::ip::address& peer) {
    const auto plain = counted_address(peer);
    return plain.is_loopback();
}

std::string text_of(const tcp::endpoint& endpoint) {
    std::ostringstream out;
    out << tcp::endpoint(
        endpoint.address().is_v6() ? counted_address(endpoint.address()) : endpoint.address(),
        endpoint.port());
    return out.str();
}

wire::HttpResponse plain_answer(int status, std::string text) {
    wire::HttpResponse answer;
    answer.status = status;
    answer.body = std::move(text) + "\n";
    return answer;
}

class HttpSession final : public Stoppable, public std::enable_shared_from_this<HttpSession> {
public:
    HttpSession(Shard& shard, NetStream stream, std::shared_ptr<const TlsContext> tls);
    ~HttpSession() override;
    HttpSession(const HttpSession&) = delete;
    HttpSession& operator=(const HttpSession&) = delete;

    void start();
    void abort() override {
        deadline_.cancel();
        stream_.close();
    }

private:
    using Request = http::request<http::string_body>;
    using Response = http::response<http::span_body<const char>>;

    void tell_tls_from_plain();
    void read();
    void on_read(error_code error);
    void answer_request(Request request);
    void answer_bad_request(error_code error);
    void redirect(const Request& request);
    void upgrade(wire::HttpRequest request);
    void ask_handler(wire::HttpRequest request);
    bool answer_with_file(const wire::HttpRequest& request);
    void answer(wire::HttpResponse response);
    void write(Response response, std::shared_ptr<const std::string> body);
    void on_written(error_code error);
    void arm_deadline(std::chrono::steady_clock::duration limit, void (HttpSession::*then)());
    void on_request_late();
    void on_answer_late();
    [[nodiscard]] wire::HttpRequest convert(Request& request, Target target) const;

    Shard& shard_;
    NetStream stream_;
    std::shared_ptr<const TlsContext> tls_;
    const tcp::endpoint endpoint_;
    const std::string peer_;
    boost::asio::steady_timer deadline_;
    beast::flat_buffer input_{kHeaderLimit + kBodyLimit};
    std::optional<http::request_parser<http::string_body>> parser_;
    bool redirect_only_ = false;
    bool head_ = false;
    bool keep_alive_ = false;
    bool handshaking_ = false;
    std::uint64_t request_number_ = 0;  ///< So that a late answer never meets the next request.
    Response response_;
    std::shared_ptr<const std::string> body_;
};

tcp::endpoint endpoint_of(const NetStream& stream) {
    error_code error;
    return stream.next_layer().remote_endpoint(error);
}

HttpSession::HttpSession(Shard& shard, NetStream stream, std::shared_ptr<const TlsContext> tls)
    : shard_(shard),
      stream_(std::move(stream)),
      tls_(std::move(tls)),
      endpoint_(endpoint_of(stream_)),
      peer_(text_of(endpoint_)),
      deadline_(stream_.get_executor()) {
    shard_.enrol(*this);
    ShardCounters::move(shard_.counters().connections_http, 1);
}

HttpSession::~HttpSession() {
    shard_.strike_off(*this);
    ShardCounters::move(shard_.counters().connections_http, -1);
}

void HttpSession::start() {
    arm_deadline(kRequestLimit, &HttpSession::on_request_late);
    if (tls_ == nullptr) return read();
    stream_.next_layer().async_wait(tcp::socket::wait_read,
                                    [self = shared_from_this()](error_code error) {
                                        if (error) return self->abort();
                                        self->tell_tls_from_plain();
                                    });
}

void HttpSession::tell_tls_from_plain() {
    unsigned char first = 0;
    const auto got =
        ::recv(stream_.next_layer().native_handle(), &first, 1, MSG_PEEK | MSG_DONTWAIT);
    if (got <= 0) return abort();
    if (first != kTlsHandshake) {
        redirect_only_ = true;
        return read();
    }
    if (stream_.start_tls(*tls_)) return abort();
    handshaking_ = true;
    stream_.async_handshake([self = shared_from_this()](error_code error, std::size_t) {
        self->handshaking_ = false;
        if (error == boost::system::errc::protocol_error) {
            self->shard_.refused(Refused::tls_failed, self->peer_, "the TLS handshake failed");
        }
        if (error) return self->abort();
        self->read();
    });
}

void HttpSession::read() {
    if (shard_.stopping()) return abort();
    parser_.emplace();
    parser_->header_limit(kHeaderLimit);
    parser_->body_limit(kBodyLimit);
    http::async_read(
        stream_, input_, *parser_,
        [self = shared_from_this()](error_code error, std::size_t) { self->on_read(error); });
}

void HttpSession::on_read(error_code error) {
    deadline_.cancel();
    if (error == http::error::end_of_stream) {
        stream_.shut_down_send();
        return abort();
    }
    const bool is_http = error.category() == make_error_code(http::error::bad_method).category();
    if (error && (!is_http || error == http::error::partial_message)) return abort();
    ++request_number_;
    ShardCounters::add(shard_.counters().http_requests);
    if (error) return answer_bad_request(error);
    answer_request(parser_->release());
}

void HttpSession::answer_bad_request(error_code error) {
    shard_.refused(Refused::bad_request, peer_, "not an HTTP request: " + error.message());
    keep_alive_ = false;
    if (error == http::error::body_limit) {
        return answer(plain_answer(413, "The request is larger than the limit of 64 KiB."));
    }
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
        return answer(plain_answer(431, "The request's header is larger than the limit of 8 KiB."));
    }
    answer(plain_answer(400, "This is not an HTTP/1.1 request: " + error.message() + "."));
}

void HttpSession::answer_request(Request request) {
    head_ = request.method() == http::verb::head;
    keep_alive_ = request.keep_alive();
    if (redirect_only_) return redirect(request);
    const auto raw = request.target();
    auto target = parse_target({raw.data(), raw.size()});
    if (!target) {
        shard_.refused(Refused::bad_request, peer_, "a request's path cannot be read");
        return answer(
            plain_answer(400, "The path cannot be read: " + target.error().message() + "."));
    }
    const bool wants_websocket = websocket::is_upgrade(request);
    wire::HttpRequest plain = convert(request, std::move(*target));
    if (plain.path == kStreamPath) {
        if (wants_websocket) return upgrade(std::move(plain));
        auto hint = plain_answer(426, "Connect here with a WebSocket that speaks " +
                                          std::string(wire::kSubprotocol) + ".");
        hint.headers["Upgrade"] = "websocket";
        return answer(std::move(hint));
    }
    if (wants_websocket) {
        shard_.refused(Refused::bad_request, peer_, "asked for a WebSocket at " + plain.path);
        return answer(plain_answer(404, "WebSockets are served at /stream only."));
    }
    if (answer_with_file(plain)) return;
    ask_handler(std::move(plain));
}

wire::HttpRequest HttpSession::convert(Request& request, Target target) const {
    wire::HttpRequest plain;
    const auto method = request.method_string();
    plain.method.assign(method.data(), method.size());
    plain.path = std::move(target.path);
    plain.query = std::move(target.query);
    for (const auto& field : request) {
        std::string name(field.name_string().data(), field.name_string().size());
        for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        std::string& value = plain.headers[name];
        if (!value.empty()) value += ", ";
        value.append(field.value().data(), field.value().size());
    }
    plain.body = std::move(request.body());
    plain.from_loopback = is_loopback(endpoint_.address());
    plain.secure = stream_.secure();
    return plain;
}

void HttpSession::redirect(const Request& request) {
    const auto host = request[http::field::host];
    const auto target = request.target();
    const std::string_view where(host.data(), host.size());
    keep_alive_ = false;
    if (!valid_host(where) || !target.starts_with('/')) {
        return answer(plain_answer(400, "This server speaks https only."));
    }
    auto moved = plain_answer(308, "This server speaks https only.");
    moved.headers["Location"] =
        "https://" + std::string(where) + std::string(target.data(), target.size());
    answer(std::move(moved));
}

void HttpSession::upgrade(wire::HttpRequest request) {
    const auto may_listen = shard_.surroundings().may_listen;
    if (may_listen != nullptr && !may_listen(endpoint_.address())) {
        shard_.refused(Refused::not_local, peer_, "an open session is for the local network only");
        keep_alive_ = false;
        return answer(plain_answer(403, "This session is open to its own network only."));
    }
    if (!offers_subprotocol(request)) {
        shard_.refused(Refused::no_subprotocol, peer_,
                       "offered no subprotocol that is spoken here");
        keep_alive_ = false;
        return answer(plain_answer(400, "Offer the WebSocket subprotocol " +
                                            std::string(wire::kSubprotocol) +
                                            "; no other is spoken here."));
    }
    const auto rest = input_.cdata();
    if (rest.size() != 0) {
        stream_.put_back(std::string(static_cast<const char*>(rest.data()), rest.size()));
    }
    start_ws_session(shard_, {std::move(stream_), std::move(request), peer_});
}

bool HttpSession::answer_with_file(const wire::HttpRequest& request) {
    if (request.method != "GET" && request.method != "HEAD") return false;
    const auto file = shard_.surroundings().files.find(request.path);
    if (file == nullptr) return false;
    const auto known = request.headers.find("if-none-match");
    const bool fresh =
        known != request.headers.end() && known->second.find(file->etag) != std::string::npos;
    Response response{fresh ? http::status::not_modified : http::status::ok, 11};
    response.set(http::field::content_type, file->content_type);
    response.set(http::field::etag, file->etag);
    response.set(http::field::cache_control, "no-cache");  // Ask; the ETag makes that cheap.
    write(std::move(response),
          fresh ? nullptr : std::shared_ptr<const std::string>(file, &file->body));
    return true;
}

void HttpSession::ask_handler(wire::HttpRequest request) {
    arm_deadline(kAnswerLimit, &HttpSession::on_answer_late);
    // The context is kept, not the session: the answer may come after the connection is gone.
    auto respond = [context = shard_.context(), weak = weak_from_this(), number = request_number_,
                    used = std::make_shared<std::atomic_flag>()](wire::HttpResponse response) {
        if (used->test_and_set()) return;
        boost::asio::post(*context, [weak, number, response = std::move(response)]() mutable {
            const auto self = weak.lock();
            if (!self || self->request_number_ != number) return;
            self->answer(std::move(response));
        });
    };
    shard_.surroundings().control.http(std::move(request), std::move(respond));
}

void HttpSession::answer(wire::HttpResponse answer) {
    Response response{http::int_to_status(static_cast<unsigned>(answer.status)), 11};
    response.result(static_cast<unsigned>(answer.status));
    response.set(http::field::content_type, answer.content_type);
    response.set(http::field::cache_control, "no-store");
    for (const auto& [name, value] : answer.headers) response.set(name, value);
    write(std::move(response), std::make_shared<const std::string>(std::move(answer.body)));
}

void HttpSession::write(Response response, std::shared_ptr<const std::string> body) {
    ++request_number_;
    const auto set_default = [&](beast::string_view name, beast::string_view value) {
        if (response.find(name) == response.end()) response.set(name, value);
    };
    set_default("Content-Security-Policy", {kContentPolicy.data(), kContentPolicy.size()});
    set_default("X-Content-Type-Options", "nosniff");
    set_default("Referrer-Policy", "no-referrer");
    set_default("Cross-Origin-Opener-Policy", "same-origin");
    set_default("Cross-Origin-Embedder-Policy", "require-corp");
    set_default("Cross-Origin-Resource-Policy", "same-origin");
    response.set(http::field::server, "earshot/" EARSHOT_VERSION);
    response.keep_alive(keep_alive_ && !shard_.stopping());
    if (response.result() != http::status::not_modified) {
        response.content_length(body ? body->size() : 0);
    }
    response_ = std::move(response);
    body_ = std::move(body);
    if (body_ != nullptr && !head_) response_.body() = {body_->data(), body_->size()};
    arm_deadline(kAnswerLimit, &HttpSession::abort);
    http::async_write(
        stream_, response_,
        [self = shared_from_this()](error_code error, std::size_t) { self->on_written(error); });
}

void HttpSession::on_written(error_code error) {
    deadline_.cancel();
    body_.reset();
    if (error) return abort();
    if (!response_.keep_alive()) {
        stream_.shut_down_send();
        return abort();
    }
    arm_deadline(kRequestLimit, &HttpSession::on_request_late);
    read();
}

void HttpSession::arm_deadline(std::chrono::steady_clock::duration limit,
                               void (HttpSession::*then)()) {
    deadline_.expires_after(limit);
    deadline_.async_wait([self = shared_from_this(), then](error_code error) {
        if (!error) ((*self).*then)();
    });
}

void HttpSession::on_request_late() {
    // An idle keep-alive connection is closed without a word.
    if (request_number_ == 0) {
        shard_.refused(Refused::handshake_timeout, peer_,
                       handshaking_ ? "no TLS handshake within 10 s" : "no request within 10 s");
    }
    abort();
}

void HttpSession::on_answer_late() {
    keep_alive_ = false;
    answer(plain_answer(504, "The server took too long to answer."));
}

}  // namespace

void start_http_session(Shard& shard, NetStream stream, std::shared_ptr<const TlsContext> tls) {
    if (shard.stopping()) return;
    std::make_shared<HttpSession>(shard, std::move(stream), std::move(tls))->start();
}

}  // namespace earshot::transport
