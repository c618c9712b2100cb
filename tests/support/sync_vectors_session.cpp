// Vectors of the session clock: exchanges of a listener whose network loses, repeats and reorders.
#include "client/core/session_clock.hpp"
#include "tests/support/sim_network.hpp"
#include "tests/support/sync_vectors.hpp"
#include "tests/support/vector_file.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace earshot::test {
namespace {

constexpr double kTickS = 0.005;
constexpr double kSeconds = 12.0;
constexpr double kReconnectsAtS = 6.0;
constexpr int kModelEvery = 5;

template <class Instant>
[[nodiscard]] std::int64_t ns(Instant instant) {
    return instant.time_since_epoch().count();
}

/// A listener, and the file that its life is written to.
class Session {
public:
    Session(std::uint32_t seed, VectorFile& file)
        : network_(seed, 40.0, kLossy, kLossy, 0.4), file_(file) {}

    void restart(double now_s, bool same_clock) {
        const LocalInstant now = network_.local(now_s);
        clock_.restart(now, same_clock);
        file_.row({"restart", ns(now), std::int64_t{same_clock}, ns(clock_.next())});
    }
    void set_lossy(bool lossy) {
        clock_.set_lossy(lossy);
        file_.row({"lossy", std::int64_t{lossy}, ns(clock_.next())});
    }
    void extra() { file_.row({"extra", std::int64_t{clock_.send_extra()}}); }

    void tick(double now_s) {
        std::sort(replies_.begin(), replies_.end(), [](const auto& a, const auto& b) {
            return a.there.arrives_s < b.there.arrives_s;
        });
        while (!replies_.empty() && replies_.front().there.arrives_s <= now_s) {
            const Reply reply = replies_.front();
            replies_.erase(replies_.begin());
            take(reply.there.sample, reply.sequence);
            if (++taken_ % 9 == 0) {  // it comes twice
                take(reply.there.sample, reply.sequence);
            }
        }
        const LocalInstant now = network_.local(now_s);
        if (clock_.due(now)) {
            const std::uint32_t sequence = clock_.send(now);
            file_.row({"send", ns(now), std::int64_t{sequence}, ns(clock_.next())});
            if (const auto reply = network_.request(now_s)) {
                replies_.push_back({*reply, sequence});
            }
        }
    }
    /// Replies that nobody asked for, or that come too late.
    void take_strange(double now_s) {
        std::optional<SimulatedNetwork::Reply> reply;
        while (!reply) {
            reply = network_.request(now_s);
        }
        const sync::ClockSample sample = reply->sample;
        take(sample, 4'000);
        take(sample, 1);
        take(sample, 0);
    }
    /// What was on its way is gone.
    void cut() { replies_.clear(); }

private:
    static constexpr DirectionModel kLossy{.fixed_us = 900.0,
                                           .mean_queue_us = 500.0,
                                           .burst_share = 0.3,
                                           .burst_mean_us = 20'000.0,
                                           .loss_share = 0.15,
                                           .reorder_share = 0.2,
                                           .reorder_us = 30'000.0};
    struct Reply {
        SimulatedNetwork::Reply there;
        std::uint32_t sequence = 0;
    };

    void take(const sync::ClockSample& sample, std::uint32_t sequence) {
        const auto verdict = clock_.take(
            {static_cast<std::uint64_t>(ns(sample.t1)), ns(sample.t2), ns(sample.t3), sequence},
            sample.t4);
        file_.row({"take", std::int64_t{sequence}, ns(sample.t1), ns(sample.t2),
                   (sample.t3 - sample.t2).count(), (sample.t4 - sample.t1).count(),
                   std::int64_t{verdict == client::SessionClock::Verdict::taken},
                   clock_.round_trip().count(), ns(clock_.next())});
        const sync::ClockModel& model = clock_.model();
        if (model.valid && ++modelled_ % kModelEvery == 0) {
            file_.row({"model", ns(model.local_reference), ns(model.media_reference), model.skew,
                       model.fit_bound.count(), model.path_bound.count(), model.skew_bound,
                       ns(model.since)});
        }
    }

    SimulatedNetwork network_;
    VectorFile& file_;
    client::SessionClock clock_;
    std::vector<Reply> replies_;
    int taken_ = 0;
    int modelled_ = 0;
};

}  // namespace

std::string session_clock_vectors() {
    VectorFile file;
    file.member("restart", "now, 1 if it is the same clock, next");
    file.member("lossy", "1 or 0, next");
    file.member("send", "now, sequence, next");
    file.member("extra", "sequence");
    file.member("take",
                "sequence, t1, t2, t3 - t2, t4 - t1, 1 if it was taken, "
                "round trip, next");
    file.member("model",
                "local reference, media reference, skew, fit bound, path "
                "bound, skew bound, since");
    file.open("events", '[');
    Session session(41, file);
    session.restart(0.0, false);
    session.set_lossy(true);
    for (int tick = 0; tick * kTickS < kSeconds; ++tick) {
        const double now_s = tick * kTickS;
        if (tick == static_cast<int>(kReconnectsAtS / kTickS)) {
            session.cut();
            session.restart(now_s, true);
            session.extra();
        }
        if (tick == static_cast<int>((kReconnectsAtS + 4.0) / kTickS)) {
            session.take_strange(now_s);
            session.set_lossy(false);
        }
        session.tick(now_s);
    }
    // Another server's.
    session.restart(kSeconds, false);
    session.tick(kSeconds);
    return file.finish();
}

}  // namespace earshot::test
