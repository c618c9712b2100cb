#pragma once

#include "common/wire/bundle.hpp"
#include "earshot/v1/handshake.pb.h"
#include "earshot/v1/session.pb.h"
#include "earshot/v1/sync.pb.h"
#include "earshot/v1/telemetry.pb.h"
#include "server/transport/transport.hpp"
#include "tests/unit/transport/loopback_client.hpp"
#include "tests/unit/transport/test_certificate.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace earshot::transport {

using namespace std::chrono_literals;
using testing::HasSubstr;

class SettableMediaClock final : public MediaClockSource {
public:
    [[nodiscard]] MediaInstant now() const noexcept override {
        return MediaInstant{std::chrono::nanoseconds{ns_.load(std::memory_order_relaxed)}};
    }
    void advance(std::chrono::nanoseconds by) noexcept { ns_.fetch_add(by.count()); }

private:
    std::atomic<std::int64_t> ns_{10'000'000'000};
};

/// Accepts every hello, and lets a test wait for what came.
class RecordingSession final : public wire::ListenerEvents {
public:
    void on_envelope(ConnectionId connection,
                     wire::Kind kind,
                     std::span<const std::byte>) override {
        if (kind == wire::Kind::hello) {
            gateway->accept(connection);
            gateway->send(connection, std::make_shared<const std::vector<std::byte>>(
                                          wire::make_envelope(wire::Kind::welcome, v1::Welcome())));
        }
        const std::lock_guard lock(mutex_);
        envelopes_.emplace_back(connection, kind);
        changed_.notify_all();
    }
    void on_closed(ConnectionId connection, const wire::ConnectionCounters& counters) override {
        const std::lock_guard lock(mutex_);
        closed_[connection] = counters;
        changed_.notify_all();
    }
    /// The connection of the n-th envelope of a kind, once it has come.
    ConnectionId wait_for(wire::Kind kind, std::size_t n = 0) {
        std::unique_lock lock(mutex_);
        ConnectionId found{};
        const bool came = changed_.wait_for(lock, 10s, [&] {
            std::size_t seen = 0;
            for (const auto& [connection, each] : envelopes_) {
                if (each == kind && seen++ == n) {
                    found = connection;
                    return true;
                }
            }
            return false;
        });
        EXPECT_TRUE(came) << "no envelope of kind " << static_cast<int>(kind);
        return found;
    }
    wire::ConnectionCounters wait_closed(ConnectionId connection) {
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(changed_.wait_for(lock, 10s, [&] { return closed_.count(connection) != 0; }));
        return closed_[connection];
    }
    std::size_t closed() {
        const std::lock_guard lock(mutex_);
        return closed_.size();
    }
    wire::ListenerGateway* gateway = nullptr;

private:
    std::mutex mutex_;  // Guards what follows: control writes, the test waits.
    std::condition_variable changed_;
    std::vector<std::pair<ConnectionId, wire::Kind>> envelopes_;
    std::map<ConnectionId, wire::ConnectionCounters> closed_;
};

/// The transport on 127.0.0.1, with a session that only records. Nothing sleeps: every wait is for
/// an event or for the server's bytes.
class TransportLoopback : public testing::Test {
protected:
    void SetUp() override {
        folder_.write("web/index.html", "<p>Earshot");
        config_.listen_address = "127.0.0.1";
        config_.port = 0;
        config_.shards = 3;
        control_thread_ = std::thread([this] { control_.run(); });
    }
    void TearDown() override {
        on_control([this] { transport_.reset(); });
        work_.reset();
        control_thread_.join();
    }
    void start() {
        transport_ = std::make_unique<Transport>(
            control_, config_, clock_, log_,
            [](const wire::HttpRequest& request, wire::HttpResponder respond) {
                wire::HttpResponse response;
                if (request.path == "/silence") return;
                response.body = request.method + " " + request.path + " " + request.body;
                respond(response);
                respond(response);  // Must be as good as once.
            },
            session_);
        session_.gateway = transport_.get();
        transport_->start();
    }
    /// Does something on the control thread and waits for it.
    void on_control(const std::function<void()>& task) {
        std::promise<void> done;
        boost::asio::post(control_, [&] {
            task();
            done.set_value();
        });
        done.get_future().wait();
    }
    void configure_tls(const std::string& name) {
        config_.tls_cert = folder_.file("cert");
        config_.tls_key = folder_.file("key");
        write_certificate(name, config_.tls_cert, config_.tls_key);
    }
    /// A client that has said hello and been welcomed.
    std::unique_ptr<LoopbackClient> listener(bool tls = false,
                                             int receive_buffer = 0,
                                             const std::string& address = "127.0.0.1") {
        auto client =
            std::make_unique<LoopbackClient>(transport_->port(), tls, receive_buffer, address);
        client->send(LoopbackClient::upgrade_request());
        EXPECT_EQ(client->read_answer().status, 101);
        client->send_envelope(wire::Kind::hello, v1::Hello());
        id_ = session_.wait_for(wire::Kind::hello, hellos_++);
        const auto welcome = client->read_frame();
        EXPECT_TRUE(welcome && welcome->kind() == wire::Kind::welcome);
        return client;
    }
    void push(std::uint32_t sequence, std::chrono::milliseconds ahead, std::uint8_t stream = 0) {
        wire::PacketSlot slot;
        slot.stamp.stream = StreamId{stream};
        slot.stamp.sequence = sequence;
        slot.stamp.media = to_frame(clock_.now() + ahead);
        slot.size = 100;
        slot.payload.fill(static_cast<std::byte>(sequence));
        transport_->sink().push(slot);
        transport_->sink().flush();
    }
    static std::vector<std::uint32_t> sequences(const std::optional<Frame>& frame) {
        std::vector<std::uint32_t> found;
        if (!frame || frame->payload.empty() || frame->kind() != wire::Kind::bundle) return found;
        const auto bundle = wire::parse_bundle(std::span(frame->payload).subspan(1));
        EXPECT_TRUE(bundle);
        for (int i = 0; bundle && i < bundle->count; ++i) {
            found.push_back(bundle->packets[static_cast<std::size_t>(i)].stamp.sequence);
        }
        return found;
    }
    static v1::Refusal refusal_of(const std::optional<Frame>& frame) {
        v1::Refusal refusal;
        EXPECT_TRUE(frame && frame->opcode == 2 && frame->kind() == wire::Kind::refusal);
        if (frame && !frame->payload.empty()) {
            EXPECT_TRUE(wire::parse_body(std::span(frame->payload).subspan(1), refusal));
        }
        return refusal;
    }

    boost::asio::io_context control_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
        control_.get_executor()};
    std::thread control_thread_;
    Log log_{"test", LogFormat::text, LogLevel::error};
    SettableMediaClock clock_;
    RecordingSession session_;
    TempFolder folder_;
    TransportConfig config_;
    std::unique_ptr<Transport> transport_;
    ConnectionId id_{};
    std::size_t hellos_ = 0;
};

}  // namespace earshot::transport
