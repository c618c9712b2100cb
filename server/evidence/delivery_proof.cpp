#include "server/evidence/delivery_proof.hpp"

#include <algorithm>

namespace earshot::evidence {
namespace {

constexpr std::uint64_t kWhole = (std::uint64_t{1} << wire::kSecondPackets) - 1;

std::string counted(std::uint64_t count, const char* one, const char* many) {
    return std::to_string(count) + " " + (count == 1 ? one : many);
}

/// Why what was given is not complete, @pre it is not.
std::string what_lacks(const DeliveryFigures& figures) {
    std::string lacks;
    const auto add = [&](std::uint64_t count, const char* one, const char* many) {
        if (count > 0) lacks += (lacks.empty() ? "" : ", ") + counted(count, one, many);
    };
    add(figures.missing, "packet missing", "packets missing");
    add(figures.concealed_frames, "frame of sound concealed", "frames of sound concealed");
    add(figures.unverifiable, "listener-second not verifiable", "listener-seconds not verifiable");
    add(figures.silent, "listener silent about it", "listeners silent about it");
    return lacks;
}

}  // namespace

std::string_view to_string(Verdict verdict) noexcept {
    switch (verdict) {
        case Verdict::identical:
            return "identical";
        case Verdict::incomplete:
            return "incomplete";
        case Verdict::different:
            return "different";
        case Verdict::unknown:
            break;
    }
    return "unknown";
}

Verdict DeliveryFigures::verdict() const noexcept {
    if (different > 0) return Verdict::different;
    if (seconds == 0) return Verdict::unknown;
    const bool complete = silent == 0 && missing == 0 && unverifiable == 0 && concealed_frames == 0;
    return complete ? Verdict::identical : Verdict::incomplete;
}

std::string DeliveryFigures::statement() const {
    const std::string basis = counted(listeners, "listener", "listeners") + ", " +
                              counted(seconds, "listener-second", "listener-seconds") + " and " +
                              counted(packets, "packet", "packets") + " compared";
    switch (verdict()) {
        case Verdict::identical:
            return "all listeners of this perspective were given identical audio: " + basis +
                   ", none missing, none concealed";
        case Verdict::different:
            return "NOT all listeners were given the same: " +
                   counted(different, "listener-second differs", "listener-seconds differ") +
                   " from what was sent; " + basis;
        case Verdict::incomplete:
            return "what came was identical for all, but not everything came or is known: " +
                   what_lacks(*this) + "; " + basis;
        case Verdict::unknown:
            break;
    }
    return "nothing has been compared";
}

void DeliveryProof::Progress::close(StreamId stream, Epoch epoch) noexcept {
    for (Run& run : runs_) {
        if (run.stream == stream && run.epoch == epoch) run.open = false;
    }
}

DeliveryProof::DeliveryProof() {
    for (Stream& stream : streams_) stream.seconds.resize(kSecondsKept);
}

DeliveryProof::SentSecond* DeliveryProof::find(Stream& stream,
                                               Epoch epoch,
                                               std::uint32_t second) noexcept {
    const auto it = std::ranges::find_if(stream.seconds, [&](const SentSecond& sent) {
        return sent.packets != 0 && sent.second == second && sent.epoch == epoch;
    });
    return it == stream.seconds.end() ? nullptr : &*it;
}

void DeliveryProof::sent(const PacketDigest& digest) noexcept {
    if (digest.stream.value >= streams_.size()) return;
    Stream& stream = streams_[digest.stream.value];
    const std::uint32_t second = digest.sequence / wire::kSecondPackets;
    const std::uint32_t place = digest.sequence % wire::kSecondPackets;
    SentSecond* entry = find(stream, digest.epoch, second);
    if (entry == nullptr) {
        entry = &stream.seconds[stream.next];
        stream.next = (stream.next + 1) % stream.seconds.size();
        *entry = {.epoch = digest.epoch, .second = second};
    }
    entry->packets |= std::uint64_t{1} << place;
    entry->checksums[place] = digest.checksum;
}

bool DeliveryProof::told_before(const Progress& progress,
                                const wire::SecondChecksum& second) noexcept {
    return std::ranges::any_of(progress.runs_, [&](const Progress::Run& run) {
        return run.open && run.stream == second.stream && run.epoch == second.epoch &&
               second.first() <= run.last;
    });
}

std::uint64_t DeliveryProof::advance(Progress& progress,
                                     const wire::SecondChecksum& second) noexcept {
    auto run = std::ranges::find_if(progress.runs_, [&](const Progress::Run& candidate) {
        return candidate.open && candidate.stream == second.stream &&
               candidate.epoch == second.epoch;
    });
    std::uint64_t span = second.last() - second.first() + 1;
    if (run != progress.runs_.end()) {
        span += second.first() - run->last - 1;
    } else {
        // What came before its first packet was sent before it was there.
        run = progress.runs_.begin() + static_cast<std::ptrdiff_t>(progress.next_);
        progress.next_ = (progress.next_ + 1) % progress.runs_.size();
    }
    *run = {.stream = second.stream, .epoch = second.epoch, .last = second.last(), .open = true};
    return span - static_cast<std::uint64_t>(second.count());
}

DeliveryProof::Finding DeliveryProof::given(Progress& progress,
                                            const wire::SecondChecksum& second) noexcept {
    constexpr std::uint32_t kLastSecond = UINT32_MAX / wire::kSecondPackets;
    if (second.packets == 0 || (second.packets & ~kWhole) != 0 || second.second >= kLastSecond ||
        second.stream.value >= streams_.size() || told_before(progress, second)) {
        return {.outcome = Outcome::refused};
    }
    DeliveryFigures& figures = figures_[second.stream.value];
    const SentSecond* sent = find(streams_[second.stream.value], second.epoch, second.second);
    if (sent == nullptr || (second.packets & ~sent->packets) != 0) {
        ++figures.unverifiable;
        progress.close(second.stream, second.epoch);
        return {.outcome = Outcome::unverifiable};
    }
    if (!progress.compared(second.stream)) {
        progress.streams_ |= 1U << second.stream.value;
        ++figures.listeners;
    }
    std::uint32_t sum = 0;
    for (std::uint32_t place = 0; place < wire::kSecondPackets; ++place) {
        if ((second.packets >> place & 1U) != 0) sum += sent->checksums[place];
    }
    const Finding finding{.outcome = sum == second.sum ? Outcome::identical : Outcome::different,
                          .missing = advance(progress, second)};
    ++figures.seconds;
    figures.packets += static_cast<std::uint64_t>(second.count());
    figures.missing += finding.missing;
    if (finding.outcome == Outcome::different) ++figures.different;
    return finding;
}

void DeliveryProof::concealed(StreamId stream, std::uint64_t frames) noexcept {
    if (stream.value < figures_.size()) figures_[stream.value].concealed_frames += frames;
}

}  // namespace earshot::evidence
