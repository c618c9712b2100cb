#include "client/tools/load_figures.hpp"

#include <algorithm>
#include <chrono>

namespace earshot::load {

void SequenceCheck::remember(Run& run, std::uint32_t before, std::uint32_t gap) {
    for (std::uint32_t back = std::min(gap, kRemembered); back > 0; --back) {
        run.missing.push_back(before - back);
    }
    if (run.missing.size() > kRemembered) {
        run.missing.erase(run.missing.begin(), run.missing.end() - kRemembered);
    }
}

std::uint32_t SequenceCheck::take(const wire::PacketStamp& stamp) {
    if (received_ == 0 || stamp.stream != newest_.stream) {
        joined_at_ = stamp.media;
        runs_.clear();
    }
    const auto run = std::find_if(runs_.begin(), runs_.end(),
                                  [&](const Run& one) { return one.epoch == stamp.epoch; });
    std::uint32_t gap = 0;
    if (run == runs_.end()) {
        // Of an epoch that had begun by then, nothing from before the join is owed.
        const std::int64_t since_join = (stamp.media - joined_at_) / kPacketFrames;
        gap = static_cast<std::uint32_t>(
            std::clamp<std::int64_t>(since_join, 0, std::int64_t{stamp.sequence}));
        if (runs_.size() == kRuns) {
            runs_.erase(runs_.begin());
        }
        runs_.push_back({stamp.epoch, stamp.sequence, {}});
        remember(runs_.back(), stamp.sequence, gap);
    } else if (stamp.sequence <= run->newest) {
        const auto lost = std::find(run->missing.begin(), run->missing.end(), stamp.sequence);
        if (lost == run->missing.end()) {
            ++repeated_;
            return 0;
        }
        run->missing.erase(lost);
        --missing_;
        ++repaired_;
        ++received_;
        return 0;
    } else {
        gap = stamp.sequence - run->newest - 1;
        run->newest = stamp.sequence;
        remember(*run, stamp.sequence, gap);
    }
    if (received_ == 0 || stamp.stream != newest_.stream || stamp.media > newest_.media) {
        newest_ = stamp;
    }
    ++received_;
    missing_ += gap;
    return gap;
}

void SpreadWatch::take(const wire::PacketStamp& stamp, LocalInstant received) {
    const std::uint64_t key = (std::uint64_t{stamp.stream.value} << 56U) |
                              (std::uint64_t{stamp.epoch.value & 0xFF'FFFFU} << 32U) |
                              stamp.sequence;
    const auto [place, fresh] = open_.try_emplace(key, Span{received, received, 0});
    place->second.last = received;
    ++place->second.listeners;
}

void SpreadWatch::expire(LocalInstant now, Histogram& into) {
    for (auto span = open_.begin(); span != open_.end();) {
        if (now - span->second.last < std::chrono::seconds{1}) {
            ++span;
            continue;
        }
        if (span->second.listeners > 1) {
            const auto spread = span->second.last - span->second.first;
            into.add(std::chrono::duration<double, std::micro>(spread).count());
        }
        span = open_.erase(span);
    }
}

}  // namespace earshot::load
