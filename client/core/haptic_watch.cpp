#include "client/core/haptic_watch.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <tuple>

namespace earshot::client {
namespace {

bool before(const TimedPoint& a, const TimedPoint& b) {
    return std::tuple(a.media, a.epoch) < std::tuple(b.media, b.epoch);
}

}  // namespace

std::string haptic_line(const TimedPoint& felt) {
    std::array<char, 120> line{};
    std::snprintf(line.data(), line.size(),
                  "{\"time\":%.3f,\"rms\":%d,\"peak\":%d,\"onset\":%s,\"centroid\":%d}\n",
                  static_cast<double>(felt.programme.time_since_epoch().count()) / kSampleRateHz,
                  felt.point.rms, felt.point.peak, felt.point.onset ? "true" : "false",
                  felt.point.centroid);
    return line.data();
}

void HapticWatch::add(const wire::PacketStamp& stamp, const wire::HapticPoints& points) {
    for (int i = 0; i < points.count && !hushed_; ++i) {
        const Frames later = i * wire::kHapticPeriod;
        const TimedPoint point{stamp.media + later, stamp.programme + later, stamp.epoch,
                               points.points[static_cast<std::size_t>(i)]};
        const auto place = std::lower_bound(pending_.begin(), pending_.end(), point, before);
        if (place != pending_.end() && !before(point, *place)) {
            continue;  // sent again after a reconnect
        }
        ++received_;
        pending_.insert(place, point);
        if (pending_.size() > kMaxPending) {
            pending_.pop_front();
        }
    }
}

void HapticWatch::hush() {
    hushed_ = true;
    pending_.clear();
}

std::vector<TimedPoint> HapticWatch::advance(MediaTime now, const ProgrammeMap& map) {
    std::vector<TimedPoint> told;
    const auto tell = [&](const TimedPoint& point) {
        const bool ends = feels() && point.point.peak == 0;
        if (ends || point.point.peak > 0) {
            told.push_back(point);
        }
        last_ = point;
    };
    while (!pending_.empty() && pending_.front().media <= now) {
        const TimedPoint point = pending_.front();
        pending_.pop_front();
        const auto holds = map.at(point.media);
        const bool known = last_ && last_->epoch == point.epoch && point.media <= last_->media;
        if (!holds || holds->epoch != point.epoch || known) {
            continue;  // of a place that was left, or that is not reached
        }
        if (now - point.media > kTooLate) {
            ++late_;
            continue;
        }
        tell(point);
    }
    if (feels() && (hushed_ || now - last_->media >= kPatience)) {
        TimedPoint end = *last_;
        end.media = now;
        end.programme += now - last_->media;
        end.point = {};
        tell(end);
    }
    return told;
}

std::optional<MediaTime> HapticWatch::next_due() const {
    std::optional<MediaTime> due;
    if (!pending_.empty()) {
        due = pending_.front().media;
    }
    if (feels()) {
        const MediaTime end = hushed_ ? last_->media : last_->media + kPatience;
        due = due ? std::min(*due, end) : end;
    }
    return due;
}

}  // namespace earshot::client
