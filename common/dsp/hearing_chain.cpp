#include "common/dsp/hearing_chain.hpp"

#include "common/dsp/crossfade.hpp"
#include "common/dsp/delay_line.hpp"
#include "common/dsp/state_slot.hpp"
#include "common/dsp/true_peak_limiter.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>

namespace earshot::dsp {
namespace {

constexpr int kDelay = static_cast<int>(kChainLatency.count());
/// The mix is made this far ahead of what is heard, for the limiter to look at.
constexpr int kAhead = TruePeakLimiter::kLatency;
/// Sound that a newly used state hears at once before its weight rises.
constexpr int kWarmUp = 9'600;  // 200 ms

constexpr Frames kQuietTime{kSampleRateHz};
constexpr float kQuietLevel = 0.001F;  // -60 dBFS
constexpr std::chrono::milliseconds kFadeFromQuiet{300};
constexpr std::chrono::milliseconds kSuddenFadeFromQuiet{30};

/// +60 dBFS. What is larger is no sound, and could overflow.
constexpr float kLargest = 1'000.0F;

/// Denormal, infinite and not-a-number samples become 0; decided by bits, so that the same sound
/// comes out whatever the processor's floating-point mode.
float cleaned(float sample) noexcept {
    const std::uint32_t exponent = std::bit_cast<std::uint32_t>(sample) & 0x7F80'0000U;
    if (exponent == 0x7F80'0000U) {
        return 0.0F;
    }
    if (exponent == 0) {
        return std::bit_cast<float>(std::bit_cast<std::uint32_t>(sample) & 0x8000'0000U);
    }
    return std::clamp(sample, -kLargest, kLargest);
}

std::int64_t fade_frames(Frames wanted, Frames shortest) noexcept {
    return std::clamp(wanted, shortest, Frames{kLongestFade}).count();
}

}  // namespace

// Frames are numbered by the output since start(). While output frame n is made, the input is known
// up to frame n and the states have run up to frame n + kAhead, of which the limiter holds the
// frames from n on. A change at n therefore mixes those frames anew (remix_pending).
class HearingChain::Engine {
public:
    Engine()
        : initial_(prepare_state("full")),
          history_(kWarmUp + kDelay + StateSlot::kChunk),
          work_(audio::kListenerChannels, std::max(StateSlot::kChunk, kAhead)) {
        start({.target = initial_.get()}, nullptr, Frames{0});
    }

    void start(const Transition& into, const PreparedState* from, Frames elapsed) noexcept {
        history_.reset();
        limiter_.reset();
        for (StateSlot& slot : slots_) {
            slot.release();
        }
        event_count_ = 0;
        waiting_.reset();
        now_ = 0;
        slots_[0].take(*into.target);
        crossfade_.stand(0);
        if (from != nullptr && from != into.target && into.fade.count() > 0) {
            const std::int64_t length = fade_frames(into.fade, kShortestFade);
            const std::int64_t begun = std::max<std::int64_t>(0, elapsed.count());
            if (begun < length) {
                slots_[1].take(*from);
                crossfade_.stand(1);
                crossfade_.begin(-begun, 0, length, into.curve,
                                 correlation(from->response(), into.target->response()));
            }
        }
        // Who is put into silence counts as having been there: the safe side.
        quiet_frames_ = !crossfade_.moving() && into.target->kind() == StateKind::silence
                            ? kQuietTime.count() + 1
                            : 0;
    }

    void change(const Transition& to, int offset) noexcept {
        if (event_count_ == kEvents) {
            --event_count_;
        }
        int at = event_count_++;
        for (; at > 0 && event(at - 1).frame > now_ + offset; --at) {
            event(at) = event(at - 1);
        }
        event(at) = {to, now_ + offset};
    }

    void process(audio::ConstBlockView in, audio::BlockView out) noexcept {
        for (int done = 0; done < in.frames();) {
            crossfade_.advance(now_);
            release_unheard();
            apply_changes();
            const int count = chunk_frames(in.frames() - done);
            process_chunk(in.part(done, count), out.part(done, count));
            now_ += count;
            done += count;
        }
        crossfade_.advance(now_);
        release_unheard();
    }

    [[nodiscard]] const PreparedState& target() const noexcept {
        return waiting_ ? *waiting_->target : *slot(crossfade_.target()).state();
    }
    [[nodiscard]] bool moving() const noexcept { return crossfade_.moving(); }

private:
    static constexpr int kEvents = 8;
    struct Event {
        Transition to;
        std::int64_t frame = 0;
    };

    Event& event(int index) noexcept { return events_[static_cast<std::size_t>(index)]; }
    [[nodiscard]] const StateSlot& slot(int index) const noexcept {
        return slots_[static_cast<std::size_t>(index)];
    }

    /// Frames until something happens, at most `most`.
    [[nodiscard]] int chunk_frames(int most) noexcept {
        std::int64_t until = now_ + std::min(most, StateSlot::kChunk);
        if (event_count_ > 0) {
            until = std::min(until, event(0).frame);
        }
        if (crossfade_.moving()) {
            until = std::min(until, crossfade_.next_end());
        }
        return static_cast<int>(until - now_);
    }

    void release_unheard() noexcept {
        for (int i = 0; i < Crossfade::kSlots; ++i) {
            if (!crossfade_.uses(i)) {
                slots_[static_cast<std::size_t>(i)].release();
            }
        }
    }

    void apply_changes() noexcept {
        if (waiting_) {
            const Transition to = *waiting_;
            waiting_.reset();
            apply(to);
        }
        while (event_count_ > 0 && event(0).frame <= now_) {
            const Transition to = event(0).to;
            std::move(events_.begin() + 1, events_.end(), events_.begin());
            --event_count_;
            waiting_.reset();  // the later change counts
            apply(to);
        }
    }

    void apply(const Transition& to) noexcept {
        if (!crossfade_.moving() && slot(crossfade_.target()).state() == to.target) {
            return;
        }
        const int into = slot_for(*to.target);
        if (into < 0) {
            waiting_ = to;
            return;
        }
        crossfade_.begin(now_, into, fade_length(to), to.curve,
                         correlation(mix_response(), to.target->response()));
        remix_pending();
    }

    [[nodiscard]] std::int64_t fade_length(const Transition& to) const noexcept {
        const bool leaves_full =
            !crossfade_.moving() && slot(crossfade_.target()).state()->kind() == StateKind::bypass;
        if (quiet_frames_ <= kQuietTime.count() || leaves_full) {
            return fade_frames(to.fade, kShortestFade);
        }
        return fade_frames(to.fade, to.sudden ? kSuddenFadeFromQuiet : kFadeFromQuiet);
    }

    /// The slot that runs a state, warm; -1 if all are in use.
    int slot_for(const PreparedState& state) noexcept {
        int free = -1;
        for (int i = Crossfade::kSlots - 1; i >= 0; --i) {
            if (slot(i).state() == &state) {
                return i;
            }
            free = slot(i).state() == nullptr ? i : free;
        }
        if (free >= 0) {
            StateSlot& taken = slots_[static_cast<std::size_t>(free)];
            taken.take(state);
            const int past = state.kind() == StateKind::tone ? kWarmUp : 0;
            for (std::int64_t frame = now_ - past; frame < now_ + kAhead;) {
                const auto count = static_cast<int>(
                    std::min<std::int64_t>(StateSlot::kChunk, now_ + kAhead - frame));
                taken.run(history_, frame, count, kDelay);
                frame += count;
            }
        }
        return free;
    }

    [[nodiscard]] PreparedState::Response mix_response() const noexcept {
        const Crossfade::Weights weights = crossfade_.weights(now_);
        PreparedState::Response mix{};
        for (std::size_t i = 0; i < weights.size(); ++i) {
            if (weights[i] != 0.0) {
                const PreparedState::Response& response = slots_[i].state()->response();
                for (std::size_t point = 0; point < mix.size(); ++point) {
                    mix[point] += weights[i] * response[point];
                }
            }
        }
        return mix;
    }

    /// Sets out to the mix of the frames from `first` on.
    void mix(std::int64_t first, audio::BlockView out) const noexcept {
        const auto left = out.channel(0);
        const auto right = out.channel(1);
        if (!crossfade_.moving()) {
            const StateSlot& only = slot(crossfade_.target());
            for (std::size_t i = 0; i < left.size(); ++i) {
                left[i] = only.sample(0, first + static_cast<std::int64_t>(i));
                right[i] = only.sample(1, first + static_cast<std::int64_t>(i));
            }
            return;
        }
        for (std::size_t i = 0; i < left.size(); ++i) {
            const std::int64_t frame = first + static_cast<std::int64_t>(i);
            const Crossfade::Weights weights = crossfade_.weights(frame);
            std::array<double, audio::kListenerChannels> sum{};
            for (std::size_t s = 0; s < weights.size(); ++s) {
                if (weights[s] != 0.0) {
                    sum[0] += weights[s] * static_cast<double>(slots_[s].sample(0, frame));
                    sum[1] += weights[s] * static_cast<double>(slots_[s].sample(1, frame));
                }
            }
            left[i] = cleaned(static_cast<float>(sum[0]));
            right[i] = cleaned(static_cast<float>(sum[1]));
        }
    }

    void remix_pending() noexcept {
        const audio::BlockView pending = work_.view().part(0, kAhead);
        mix(now_, pending);
        limiter_.revise(pending);
    }

    void process_chunk(audio::ConstBlockView in, audio::BlockView out) noexcept {
        const int count = in.frames();
        const audio::BlockView work = work_.view().part(0, count);
        for (int channel = 0; channel < audio::kListenerChannels; ++channel) {
            const auto from = in.channel(channel);
            std::transform(from.begin(), from.end(), work.channel(channel).begin(), cleaned);
        }
        history_.write(work);
        for (StateSlot& slot : slots_) {
            if (slot.state() != nullptr) {
                slot.run(history_, now_ + kAhead, count, kDelay);
            }
        }
        mix(now_ + kAhead, out);
        limiter_.process(out);
        const auto left = out.channel(0);
        const auto right = out.channel(1);
        for (std::size_t i = 0; i < left.size(); ++i) {
            const bool quiet = std::abs(left[i]) < kQuietLevel && std::abs(right[i]) < kQuietLevel;
            quiet_frames_ = quiet ? quiet_frames_ + 1 : 0;
        }
    }

    StatePtr initial_;  ///< What the chain stands in before the first start().
    DelayLine history_;
    std::array<StateSlot, Crossfade::kSlots> slots_;
    Crossfade crossfade_;
    TruePeakLimiter limiter_;
    audio::Block work_;
    std::array<Event, kEvents> events_{};  ///< Sorted by frame.
    int event_count_ = 0;
    std::optional<Transition> waiting_;  ///< Found no free slot.
    std::int64_t now_ = 0;               ///< The next output frame.
    std::int64_t quiet_frames_ = 0;      ///< Output frames below kQuietLevel, up to now_.
};

HearingChain::HearingChain() : engine_(std::make_unique<Engine>()) {}
HearingChain::~HearingChain() = default;

void HearingChain::start(const Transition& into,
                         const PreparedState* from,
                         Frames elapsed) noexcept {
    engine_->start(into, from, elapsed);
}

void HearingChain::change(const Transition& to, int offset) noexcept {
    engine_->change(to, offset);
}

void HearingChain::process(audio::ConstBlockView in, audio::BlockView out) noexcept {
    engine_->process(in, out);
}

const PreparedState& HearingChain::target() const noexcept {
    return engine_->target();
}
bool HearingChain::moving() const noexcept {
    return engine_->moving();
}

}  // namespace earshot::dsp
