#include "client/core/state_watch.hpp"

#include <algorithm>

namespace earshot::client {
namespace {

bool same_change(const StateEvent& a, const StateEvent& b) {
    return a.epoch == b.epoch && a.media == b.media && a.state == b.state &&
           a.cue_number == b.cue_number && a.intensity == b.intensity;  // NOLINT: both as received
}

bool same_to_a_person(const StateEvent& a, const StateEvent& b) {
    return a.state == b.state && a.label == b.label && a.caption == b.caption &&
           a.intensity == b.intensity;  // NOLINT: both as received
}

}  // namespace

void StateWatch::announce(StateEvent change) {
    if (change.stream.value >= kStreams) {
        return;
    }
    StreamStates& of = streams_[change.stream.value];
    // After a reconnect the server tells again what is known here.
    if (of.current && (same_change(*of.current, change) || change.media < of.current->media)) {
        return;
    }
    const auto known = [&](const StateEvent& other) { return same_change(other, change); };
    if (std::any_of(of.pending.begin(), of.pending.end(), known)) {
        return;
    }
    const auto place =
        std::upper_bound(of.pending.begin(), of.pending.end(), change,
                         [](const auto& a, const auto& b) { return a.media < b.media; });
    of.pending.insert(place, std::move(change));
    if (of.pending.size() > kMaxPending) {
        of.pending.pop_front();
    }
}

void StateWatch::assign(const ProgrammeMap& map) {
    for (StreamStates& of : streams_) {
        std::erase_if(of.pending, [&](const StateEvent& change) {
            return map.replaced(change.epoch, change.media);
        });
    }
}

std::vector<StateEvent> StateWatch::advance(MediaTime at_dac, StreamId followed) {
    std::vector<StateEvent> told;
    if (followed.value >= kStreams) {
        return told;
    }
    for (std::size_t i = 0; i < kStreams; ++i) {
        StreamStates& of = streams_[i];
        while (!of.pending.empty() && of.pending.front().media <= at_dac) {
            of.current = std::move(of.pending.front());
            of.pending.pop_front();
            if (i == followed.value && !(heard_ && same_to_a_person(*heard_, *of.current))) {
                told.push_back(*of.current);
                heard_ = of.current;
            }
        }
    }
    const auto& now = streams_[followed.value].current;
    if (now && !(heard_ && same_to_a_person(*heard_, *now))) {
        told.push_back(*now);
        heard_ = now;
    }
    return told;
}

std::optional<MediaTime> StateWatch::next_due(StreamId followed) const {
    if (followed.value >= kStreams || streams_[followed.value].pending.empty()) {
        return std::nullopt;
    }
    return streams_[followed.value].pending.front().media;
}

}  // namespace earshot::client
