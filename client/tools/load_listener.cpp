#include "client/tools/load_listener.hpp"

#include <chrono>

namespace earshot::load {
namespace {

/// What arrives in the first moments is history that the server holds ready for whoever joins: it
/// says nothing about how evenly packets fan out.
constexpr std::chrono::seconds kSettles{2};

double milliseconds(std::chrono::nanoseconds time) {
    return std::chrono::duration<double, std::milli>(time).count();
}

client::SessionConfig session_config(const LoadShared& shared, std::uint32_t number, bool decodes) {
    client::SessionConfig config;
    config.client = "earshot-load " EARSHOT_VERSION;
    config.name = "load " + std::to_string(number);
    config.join_code = shared.url.join_code;
    config.decodes_audio = decodes;
    config.transport = shared.transport;
    return config;
}

}  // namespace

LoadListener::LoadListener(LoadShared& shared, std::uint32_t number, bool decodes)
    : shared_(shared),
      session_(session_config(shared, number, decodes), *this),
      link_(shared.io, shared.url, shared.trust, shared.clock, session_, *this, number) {
    if (decodes) {
        player_ = std::make_unique<client::Player>(client::PlayerConfig{});
        device_ = std::make_unique<sink::SimulatedDevice>(shared.clock, sink::SimulatedSettings{});
    }
}

LoadListener::~LoadListener() = default;

void LoadListener::start() {
    started_ = shared_.clock.now();
    if (device_) {
        device_->start(*player_);
    }
    link_.start();
}

void LoadListener::stop() {
    link_.stop("the load test is over");
    if (device_) {
        device_->stop();
    }
}

void LoadListener::report() {
    if (session_.clock().valid) {
        shared_.figures.fit_bound_us.add(milliseconds(session_.clock().fit_bound) * 1e3);
        shared_.figures.round_trip_us.add(milliseconds(session_.round_trip()) * 1e3);
    }
}

std::optional<client::PlayerStats> LoadListener::played() {
    return player_ ? std::optional{player_->stats()} : std::nullopt;
}

void LoadListener::packet(const wire::PacketSlot& packet, LocalInstant received) {
    if (sequence_.received() == 0) {
        shared_.figures.first_packet_ms.add(milliseconds(received - started_));
    }
    const std::uint64_t before = sequence_.received();
    sequence_.take(packet.stamp);
    if (sequence_.received() != before && received - live_since_ > kSettles) {
        shared_.spread.take(packet.stamp, received);
        if (session_.clock().valid) {
            const double margin =
                milliseconds(session_.clock().to_local(to_instant(packet.stamp.media)) - received);
            shared_.figures.margin_ms.add(margin);
            shared_.figures.late += margin < 0.0 ? 1U : 0U;
        }
    }
    if (player_) {
        player_->push_packet(packet);
    }
}

void LoadListener::clock(const sync::ClockModel& model) {
    if (player_) {
        player_->set_clock(model);
    }
}

void LoadListener::command(const client::PlayerCommand& command) {
    if (player_) {
        player_->post(command);
    }
}

client::PlayerStats LoadListener::stats() {
    if (player_) {
        return player_->stats();
    }
    client::PlayerStats counted;
    counted.packets_received = sequence_.received();
    counted.packets_lost = sequence_.missing();
    return counted;
}

void LoadListener::on_live() {
    live_since_ = shared_.clock.now();
    if (!ever_live_) {
        ever_live_ = true;
        shared_.figures.join_ms.add(milliseconds(live_since_ - started_));
    }
}

void LoadListener::on_lost(std::string_view reason, std::chrono::milliseconds /*wait*/) {
    shared_.last_problem = reason;
}

void LoadListener::on_refused(std::string_view reason) {
    refused_ = true;
    shared_.last_problem = reason;
}

}  // namespace earshot::load
