#include "client/core/media_path.hpp"

#include "common/wire/datagram_bodies.hpp"
#include "common/wire/envelope.hpp"
#include "earshot/v1/media.pb.h"

#include <algorithm>
#include <string>
#include <vector>

namespace earshot::client {
namespace {

/// Datagrams that ask, at one moment.
constexpr int kQuestionsAtOnce = 4;

std::vector<std::byte> bytes_of(const std::string& text) {
    const auto bytes = std::as_bytes(std::span{text});
    return {bytes.begin(), bytes.end()};
}

}  // namespace

void MediaPath::on_open(SessionLink& link, DatagramLink* datagrams) noexcept {
    link_ = &link;
    datagrams_ = datagrams;
}

void MediaPath::on_closed() noexcept {
    if (datagrams_ != nullptr) {
        datagrams_->close();
    }
    path_.end();
    told_in_use_ = false;
    link_ = nullptr;
    datagrams_ = nullptr;
}

bool MediaPath::on_offer(const v1::MediaOffer& offer,
                         std::chrono::milliseconds lead,
                         LocalInstant now) {
    if (!wanted()) {
        return true;
    }
    const auto key = [](const std::string& bytes) {
        return bytes.empty() || bytes.size() == wire::kDatagramKeyBytes;
    };
    if (!key(offer.key_up()) || offer.key_up().size() != offer.key_down().size()) {
        return false;
    }
    path_.end();
    told_in_use_ = false;
    if (datagrams_->open({offer.route(), offer.cookie(), bytes_of(offer.key_up()),
                          bytes_of(offer.key_down())})) {
        path_.begin(now, lead);
    }
    return true;
}

void MediaPath::heard(LocalInstant now) {
    path_.heard(now);
    if (path_.in_use() && !told_in_use_) {
        tick(now);
    }
}

void MediaPath::acknowledged(std::uint64_t nonce, LocalInstant now) {
    path_.acknowledged(nonce, now);
    if (path_.in_use() && !told_in_use_) {
        repair_.add_round_trip(path_.round_trip());
        tick(now);
    }
}

void MediaPath::tick(LocalInstant now) {
    if (!path_.offered()) {
        return;
    }
    if (const auto nonce = path_.tick(now, repair_.audio_flows(now))) {
        datagrams_->send(wire::DatagramType::probe, wire::probe_body(*nonce));
    }
    if (path_.in_use() != told_in_use_) {
        told_in_use_ = path_.in_use();
        repair_.resume(now);
        // Who wants nothing else goes on being sent datagrams: perhaps some come.
        if (told_in_use_ || choice_ != TransportChoice::udp) {
            report(now);
        }
    } else if (path_.in_use() && now >= report_due_) {
        report(now);
    }
    if (path_.in_use()) {
        ask(now);
    }
}

void MediaPath::report(LocalInstant now) {
    v1::MediaPath message;
    message.set_udp(path_.in_use());
    message.set_lost_permille(repair_.lost_permille(now));
    link_->send(wire::make_envelope(wire::Kind::media_path, message));
    report_due_ = now + kReportPeriod;
}

void MediaPath::ask(LocalInstant now) {
    for (int n = 0; n < kQuestionsAtOnce; ++n) {
        const auto names = repair_.due(now);
        if (names.empty()) {
            return;
        }
        datagrams_->send(wire::DatagramType::nack, wire::nack_body(names));
        if (names.size() < LossRepair::kMostAtOnce) {
            return;
        }
    }
}

LocalInstant MediaPath::next_due() const noexcept {
    const LocalInstant due = path_.next_due();
    return path_.in_use() ? std::min({due, report_due_, repair_.next_due()}) : due;
}

std::string_view MediaPath::transport() const noexcept {
    if (path_.in_use()) {
        return "udp";
    }
    return choice_ == TransportChoice::udp ? "none" : "ws";
}

}  // namespace earshot::client
