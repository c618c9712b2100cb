#include "server/timeline/cue_list.hpp"

#include <algorithm>
#include <iterator>

namespace earshot::timeline {
namespace {

/// How many GOs can be taken back.
constexpr std::size_t kMemory = 1000;

}  // namespace

CueList::CueList(const show::Show& show) {
    for (std::size_t i = 0; i < show.cues.size(); ++i) {
        if (show.cues[i].at) {
            continue;
        }
        const auto perspective =
            std::ranges::find(show.perspectives, show.cues[i].perspective, &show::Perspective::id);
        entries_.push_back(
            {i, static_cast<std::size_t>(std::distance(show.perspectives.begin(), perspective))});
    }
}

Expected<std::size_t> CueList::go(MediaInstant now) {
    if (last_go_ && now - *last_go_ < kDoubleGoGuard) {
        return Failure{Errc::refused, "a second GO within 300 ms is ignored"};
    }
    if (next_ == entries_.size()) {
        return Failure{Errc::not_found, entries_.empty() ? "the show has no cues to give by hand"
                                                         : "the last cue was given already"};
    }
    last_go_ = now;
    if (given_.size() == kMemory) {
        given_.erase(given_.begin());
    }
    given_.push_back(next_);
    return entries_[next_++].cue;
}

Expected<CueList::Undone> CueList::undo() {
    if (given_.empty()) {
        return Failure{Errc::not_found, "no cue was given by hand yet"};
    }
    const std::size_t taken_back = given_.back();
    given_.pop_back();
    next_ = taken_back;
    last_go_.reset();  // A GO right after an undo is meant.
    Undone undone{.cue = entries_[taken_back].cue, .before = std::nullopt};
    const auto before = std::find_if(given_.rbegin(), given_.rend(), [&](std::size_t entry) {
        return entries_[entry].perspective == entries_[taken_back].perspective;
    });
    if (before != given_.rend()) {
        undone.before = entries_[*before].cue;
    }
    return undone;
}

bool CueList::back() noexcept {
    if (next_ == 0) {
        return false;
    }
    --next_;
    return true;
}

bool CueList::stand_by(std::size_t cue) noexcept {
    const auto entry = std::ranges::find(entries_, cue, &Entry::cue);
    if (entry == entries_.end()) {
        return false;
    }
    next_ = static_cast<std::size_t>(std::distance(entries_.begin(), entry));
    return true;
}

std::optional<std::size_t> CueList::next() const noexcept {
    return next_ < entries_.size() ? std::optional{entries_[next_].cue} : std::nullopt;
}

void CueList::reset() noexcept {
    next_ = 0;
    given_.clear();
    last_go_.reset();
}

}  // namespace earshot::timeline
