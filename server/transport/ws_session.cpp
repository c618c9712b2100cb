#include "server/transport/ws_session.hpp"

#include "common/wire/envelope.hpp"
#include "earshot/v1/handshake.pb.h"
#include "earshot/v1/media.pb.h"
#include "earshot/v1/sync.pb.h"
#include "server/transport/datagram_sender.hpp"
#include "server/transport/send_queue.hpp"
#include "server/transport/token_bucket.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace earshot::transport {

// Beast finds these by the stream's namespace when a WebSocket has said its last word.
void teardown(boost::beast::role_type, NetStream& stream, error_code& error) {
    stream.shut_down_send();
    error = {};
}

template <class Handler>
void async_teardown(boost::beast::role_type, NetStream& stream, Handler&& handler) {
    stream.shut_down_send();
    boost::asio::post(stream.get_executor(), [handler = std::forward<Handler>(handler)]() mutable {
        std::move(handler)(error_code{});
    });
}

namespace {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
namespace http = boost::beast::http;
using namespace std::chrono_literals;

constexpr auto kUpgradeLimit = 10s;
constexpr auto kHelloLimit = 10s;
constexpr auto kIdleLimit = 20s;  ///< Beast pings after half of it.
constexpr auto kCloseLimit = 1s;
constexpr int kEnvelopesPerSecond = 100;
constexpr int kEnvelopeBurst = 200;
constexpr std::size_t kCloseReasonBytes = 120;

/// The messages that one write gathers, without copying them.
using Gathered = std::span<const boost::asio::const_buffer>;

class WsSession final : public Connection, public std::enable_shared_from_this<WsSession> {
public:
    WsSession(Shard& shard, Upgrade upgrade);

    void start();

    void send(wire::SharedEnvelope envelope) override;
    void enqueue(const PacketPtr& packet) override;
    void forget_audio() override { queue_.clear_audio(); }
    void pump(bool flush) override;
    void close(const std::string& reason) override;
    void offer_datagrams() override;
    void abort() override { ws_.next_layer().close(); }

private:
    enum class State { upgrading, awaiting_hello, open, draining, closing, done };

    void on_upgraded(error_code error);
    void read();
    void on_read(error_code error);
    void handle_message(std::span<const std::byte> message, MediaInstant received);
    void handle_envelope(const wire::EnvelopeView& envelope, MediaInstant received);
    void answer_sync(std::span<const std::byte> body, MediaInstant received);
    void choose_path(std::span<const std::byte> body);
    void change_path(bool udp);
    void pump_datagrams(bool flush);
    void send_datagrams(const NextWrite& bundle, bool again);
    void count_dropped();
    [[nodiscard]] bool by_udp() const noexcept { return route_ != nullptr && route_->in_use(); }
    void refuse(Refused why, v1::RefusalCode code, const std::string& text);
    void drain_then_close(websocket::close_code code, std::string_view reason);
    void begin_close();
    void arm_deadline(std::chrono::steady_clock::duration limit);
    void on_deadline();
    void on_written(error_code error);
    void gather();
    void finish();
    [[nodiscard]] bool serving() const noexcept {
        return state_ == State::awaiting_hello || state_ == State::open;
    }

    Shard& shard_;
    websocket::stream<NetStream> ws_;
    wire::HttpRequest request_;
    std::string peer_;
    boost::asio::steady_timer deadline_;
    State state_ = State::upgrading;
    TokenBucket rate_{kEnvelopesPerSecond, kEnvelopeBurst};
    beast::flat_buffer input_;
    SendQueue queue_;
    NextWrite current_;
    bool writing_ = false;
    bool announced_ = false;  ///< The session knows of it.
    std::array<std::byte, 1 + wire::kBundleHeaderBytes> bundle_head_{};
    std::vector<std::byte> sync_envelope_;
    std::array<boost::asio::const_buffer, 1 + wire::kMaxBundlePackets> gathered_;
    std::size_t gathered_count_ = 0;
    websocket::close_reason close_reason_;
    wire::ConnectionCounters counters_;
    std::uint64_t drops_reported_ = 0;
    MediaRoute* route_ = nullptr;  ///< The port's. Null: not offered.
    std::optional<DatagramSender> datagrams_;
};

WsSession::WsSession(Shard& shard, Upgrade upgrade)
    : shard_(shard),
      ws_(std::move(upgrade.stream)),
      request_(std::move(upgrade.request)),
      peer_(std::move(upgrade.peer)),
      deadline_(ws_.get_executor()),
      queue_(shard.phase()) {}

void WsSession::start() {
    shard_.add(shared_from_this());
    ws_.next_layer().tune_for_streaming();
    websocket::permessage_deflate no_compression;
    no_compression.server_enable = false;
    ws_.set_option(no_compression);
    ws_.set_option(websocket::stream_base::timeout{kUpgradeLimit, kIdleLimit, true});
    ws_.set_option(websocket::stream_base::decorator([](websocket::response_type& response) {
        response.set(http::field::sec_websocket_protocol,
                     beast::string_view(wire::kSubprotocol.data(), wire::kSubprotocol.size()));
    }));
    ws_.binary(true);
    ws_.auto_fragment(false);
    ws_.read_message_max(0);  // Counted in on_read(), where a refusal can still say why.

    http::request<http::string_body> request{http::verb::get, "/stream", 11};
    for (const auto& [name, value] : request_.headers) request.set(name, value);
    ws_.async_accept(request,
                     [self = shared_from_this()](error_code error) { self->on_upgraded(error); });
}

void WsSession::on_upgraded(error_code error) {
    request_ = {};
    if (error) {
        if (error != boost::asio::error::operation_aborted) {
            shard_.refused(Refused::bad_request, peer_,
                           "WebSocket upgrade failed: " + error.message());
        }
        return finish();
    }
    if (state_ != State::upgrading) return begin_close();
    state_ = State::awaiting_hello;
    arm_deadline(kHelloLimit);
    read();
}

void WsSession::read() {
    const std::size_t room = wire::kMaxFromListenerBytes + 1 - input_.size();
    ws_.async_read_some(input_, room, [self = shared_from_this()](error_code error, std::size_t) {
        self->on_read(error);
    });
}

void WsSession::on_read(error_code error) {
    const MediaInstant received = shard_.now();
    if (error) {
        const bool silent = error == websocket::error::closed || !serving() ||
                            error.category() == boost::asio::error::get_misc_category() ||
                            error.category() == boost::system::system_category();
        if (!silent) {
            const bool timeout = error == beast::error::timeout;
            shard_.refused(timeout ? Refused::slow : Refused::bad_message, peer_,
                           timeout ? "no sign of life for 20 s" : error.message());
        }
        return finish();
    }
    if (!serving()) return;  // begin_close() reads what else comes.
    if (ws_.got_text()) {
        return refuse(Refused::bad_message, v1::REFUSAL_BAD_MESSAGE,
                      "text messages are not understood here; envelopes are binary");
    }
    if (input_.size() > wire::kMaxFromListenerBytes) {
        return refuse(Refused::oversized, v1::REFUSAL_BAD_MESSAGE,
                      "a message is larger than the limit of 8 KiB");
    }
    if (ws_.is_message_done()) {
        const auto data = input_.cdata();
        handle_message({static_cast<const std::byte*>(data.data()), data.size()}, received);
        input_.consume(input_.size());
        if (!serving()) return;
    }
    read();
}

void WsSession::handle_message(std::span<const std::byte> message, MediaInstant received) {
    ShardCounters::add(shard_.counters().envelopes_received);
    if (!rate_.take(received.time_since_epoch())) {
        return refuse(Refused::rate, v1::REFUSAL_RATE, "more than 100 messages a second");
    }
    const auto envelope = wire::parse_envelope(message);
    if (envelope) return handle_envelope(*envelope, received);
    // Kinds of newer minor versions are let pass, once it is clear that this is a listener.
    if (envelope.error() == make_error_code(Errc::bad_kind) && state_ == State::open) return;
    refuse(Refused::bad_message, v1::REFUSAL_BAD_MESSAGE,
           "this is not an envelope of " + std::string(wire::kSubprotocol));
}

void WsSession::handle_envelope(const wire::EnvelopeView& envelope, MediaInstant received) {
    const bool first = state_ == State::awaiting_hello;
    if (first != (envelope.kind == wire::Kind::hello)) {
        return refuse(
            Refused::bad_message, v1::REFUSAL_BAD_MESSAGE,
            first ? "the first message must be a hello" : "a second hello is not expected");
    }
    switch (envelope.kind) {
        case wire::Kind::sync_request:
            return answer_sync(envelope.body, received);
        case wire::Kind::media_path:
            return choose_path(envelope.body);
        case wire::Kind::hello:
            state_ = State::open;
            announced_ = true;
            deadline_.cancel();
            [[fallthrough]];
        case wire::Kind::bye:
        case wire::Kind::subscribe:
        case wire::Kind::telemetry:
        case wire::Kind::exit:
            return shard_.surroundings().control.envelope(
                place.id, envelope.kind, {envelope.body.begin(), envelope.body.end()});
        default:
            return refuse(Refused::bad_message, v1::REFUSAL_BAD_MESSAGE,
                          "only the server sends this kind of message");
    }
}

void WsSession::answer_sync(std::span<const std::byte> body, MediaInstant received) {
    v1::SyncRequest request;
    if (!wire::parse_body(body, request)) {
        return refuse(Refused::bad_message, v1::REFUSAL_BAD_MESSAGE,
                      "the clock request cannot be read");
    }
    queue_.push_sync({request.t1_local_ns(), request.sequence(), received});
    pump(false);
}

void WsSession::send(wire::SharedEnvelope envelope) {
    if (!serving()) return;
    if (!queue_.push_control(std::move(envelope))) {
        shard_.refused(Refused::slow, peer_, "too slow: its control queue is full");
        state_ = State::draining;
        close_reason_ = {websocket::close_code::policy_error, "too slow for control messages"};
        return begin_close();
    }
    pump(false);
}

void WsSession::enqueue(const PacketPtr& packet) {
    if (serving()) queue_.push_audio(packet);
}

void WsSession::pump(bool flush) {
    if (!(serving() || state_ == State::draining)) return;
    if (by_udp()) pump_datagrams(flush);
    if (writing_) return;
    current_ = by_udp() ? queue_.next_message()
                        : queue_.next(shard_.now(), shard_.bundle_packets(), flush);
    count_dropped();
    if (current_.what == NextWrite::What::nothing) {
        if (state_ == State::draining) begin_close();
        return;
    }
    writing_ = true;
    gather();
    ws_.async_write(
        Gathered(gathered_.data(), gathered_count_),
        [self = shared_from_this()](error_code error, std::size_t) { self->on_written(error); });
}

void WsSession::count_dropped() {
    const std::uint64_t dropped =
        queue_.dropped() - std::exchange(drops_reported_, queue_.dropped());
    ShardCounters::add(shard_.counters().packets_dropped_late, dropped);
    counters_.packets_dropped_late += dropped;
}

void WsSession::offer_datagrams() {
    DatagramPort* port = shard_.datagrams();
    if (!serving() || port == nullptr || route_ != nullptr) return;
    const NetStream& stream = ws_.next_layer();
    error_code error;
    const auto peer = stream.next_layer().remote_endpoint(error).address();
    const auto local = stream.next_layer().local_endpoint(error).address();
    if (error) return;
    route_ = port->add(*this, peer, local, stream.secure());
    if (route_ == nullptr) return;
    datagrams_.emplace(*port, *route_);
    send(offer_of(route_->secrets()));
}

void WsSession::choose_path(std::span<const std::byte> body) {
    v1::MediaPath path;
    if (!wire::parse_body(body, path)) {
        return refuse(Refused::bad_message, v1::REFUSAL_BAD_MESSAGE,
                      "the choice of path cannot be read");
    }
    if (route_ == nullptr) return;
    route_->set_loss(path.lost_permille());
    const bool udp = path.udp() && route_->heard_lately(shard_.now());
    if (udp != by_udp()) change_path(udp);
}

void WsSession::change_path(bool udp) {
    route_->use(udp);
    datagrams_->forget();
    ShardCounters::move(shard_.counters().listeners_udp, udp ? 1 : -1);
    // What is under way by the other path may never arrive. The listener drops what it has.
    queue_.clear_audio();
    for (const PacketPtr& packet : shard_.still_due(*this)) queue_.push_audio(packet);
    if (udp) {
        for (;;) {
            const NextWrite bundle = queue_.next_audio(shard_.now(), 1, true);
            if (bundle.what == NextWrite::What::nothing) break;
            send_datagrams(bundle, true);
        }
    }
    pump(true);
}

void WsSession::pump_datagrams(bool flush) {
    if (!route_->heard_lately(shard_.now())) {
        ShardCounters::add(shard_.counters().udp_fallbacks);
        return change_path(false);
    }
    for (;;) {
        const NextWrite bundle = queue_.next_audio(shard_.now(), shard_.bundle_packets(), flush);
        if (bundle.what == NextWrite::What::nothing) break;
        send_datagrams(bundle, false);
    }
}

void WsSession::send_datagrams(const NextWrite& bundle, bool again) {
    if (!DatagramSender::fits(bundle)) return send(envelope_of(bundle));
    datagrams_->send(bundle, again);
    const auto packets = static_cast<std::uint64_t>(bundle.packet_count);
    counters_.packets_sent += packets;
    ShardCounters::add(shard_.counters().packets_sent, packets);
}

void WsSession::gather() {
    gathered_count_ = 0;
    const auto append = [this](const auto& bytes) {
        gathered_[gathered_count_++] = {bytes.data(), bytes.size()};
    };
    switch (current_.what) {
        case NextWrite::What::nothing:
            return;
        case NextWrite::What::envelope:
            return append(*current_.envelope);
        case NextWrite::What::sync_reply: {
            v1::SyncReply reply;
            reply.set_t1_local_ns(current_.sync.t1_local_ns);
            reply.set_sequence(current_.sync.sequence);
            reply.set_t2_media_ns(current_.sync.t2.time_since_epoch().count());
            reply.set_t3_media_ns(shard_.now().time_since_epoch().count());
            sync_envelope_ = wire::make_envelope(wire::Kind::sync_reply, reply);
            return append(sync_envelope_);
        }
        case NextWrite::What::bundle:
            break;
    }
    bundle_head_ = {static_cast<std::byte>(wire::Kind::bundle),
                    static_cast<std::byte>(current_.packets[0]->stamp.stream.value),
                    static_cast<std::byte>(current_.packet_count)};
    append(bundle_head_);
    for (int i = 0; i < current_.packet_count; ++i) {
        append(current_.packets[static_cast<std::size_t>(i)]->bytes);
    }
}

void WsSession::on_written(error_code error) {
    writing_ = false;
    const NextWrite written = std::exchange(current_, {});
    if (error) {
        if (state_ != State::closing) finish();
        return;
    }
    const std::size_t bytes = boost::asio::buffer_size(Gathered(gathered_.data(), gathered_count_));
    counters_.bytes_sent += bytes;
    ShardCounters& all = shard_.counters();
    ShardCounters::add(all.bytes_sent, bytes);
    if (written.what == NextWrite::What::bundle) {
        const auto packets = static_cast<std::uint64_t>(written.packet_count);
        counters_.packets_sent += packets;
        ShardCounters::add(all.packets_sent, packets);
        ShardCounters::add(all.bundles_sent);
    } else if (written.what == NextWrite::What::sync_reply) {
        ++counters_.sync_replies;
        ShardCounters::add(all.sync_replies);
    }
    pump(false);
}

void WsSession::refuse(Refused why, v1::RefusalCode code, const std::string& text) {
    if (!serving()) return;
    shard_.refused(why, peer_, text);
    v1::Refusal refusal;
    refusal.set_code(code);
    refusal.set_text(text);
    refusal.mutable_version()->set_major(wire::kVersionMajor);
    refusal.mutable_version()->set_minor(wire::kVersionMinor);
    // If the queue is full, the close reason still says why.
    (void)queue_.push_control(std::make_shared<const std::vector<std::byte>>(
        wire::make_envelope(wire::Kind::refusal, refusal)));
    drain_then_close(websocket::close_code::policy_error, text);
}

void WsSession::close(const std::string& reason) {
    drain_then_close(websocket::close_code::normal, reason);
}

void WsSession::drain_then_close(websocket::close_code code, std::string_view reason) {
    if (state_ == State::upgrading) return abort();
    if (!serving()) return;
    state_ = State::draining;
    std::string_view text = reason.substr(0, kCloseReasonBytes);
    // Not in the middle of a UTF-8 character: a peer may hang up on that.
    while (text.size() < reason.size() && !text.empty() &&
           (static_cast<unsigned char>(reason[text.size()]) & 0xC0U) == 0x80U) {
        text.remove_suffix(1);
    }
    close_reason_ = {code, beast::string_view(text.data(), text.size())};
    queue_.clear_audio();
    arm_deadline(kCloseLimit);
    pump(true);
}

void WsSession::begin_close() {
    if (state_ == State::closing || state_ == State::done) return;
    state_ = State::closing;
    arm_deadline(kCloseLimit);
    ws_.async_close(close_reason_, [self = shared_from_this()](error_code) { self->finish(); });
}

void WsSession::arm_deadline(std::chrono::steady_clock::duration limit) {
    deadline_.expires_after(limit);
    deadline_.async_wait([self = shared_from_this()](error_code error) {
        if (!error) self->on_deadline();
    });
}

void WsSession::on_deadline() {
    if (state_ == State::awaiting_hello) {
        return refuse(Refused::hello_timeout, v1::REFUSAL_TIMEOUT, "no hello within 10 s");
    }
    // The timer may have gone off just before it was cancelled.
    if (state_ == State::draining || state_ == State::closing) finish();
}

void WsSession::finish() {
    if (state_ == State::done) return;
    state_ = State::done;
    deadline_.cancel();
    abort();
    const auto self = shared_from_this();
    if (by_udp()) ShardCounters::move(shard_.counters().listeners_udp, -1);
    if (route_ != nullptr) {
        datagrams_.reset();
        shard_.datagrams()->forget(*std::exchange(route_, nullptr));
    }
    shard_.remove(*this);
    if (announced_) shard_.surroundings().control.closed(place.id, counters_);
}

}  // namespace

bool offers_subprotocol(const wire::HttpRequest& request) {
    const auto header = request.headers.find("sec-websocket-protocol");
    if (header == request.headers.end()) return false;
    std::string_view rest = header->second;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(','), rest.size());
        std::string_view name = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        while (!name.empty() && (name.front() == ' ' || name.front() == '\t'))
            name.remove_prefix(1);
        while (!name.empty() && (name.back() == ' ' || name.back() == '\t')) name.remove_suffix(1);
        if (name == wire::kSubprotocol) return true;
    }
    return false;
}

void start_ws_session(Shard& shard, Upgrade upgrade) {
    std::make_shared<WsSession>(shard, std::move(upgrade))->start();
}

}  // namespace earshot::transport
