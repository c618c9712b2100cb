#include "common/dsp/chain/hearing_chain.hpp"

#include "common/dsp/chain/crossfade.hpp"
#include "common/dsp/chain/state_slots.hpp"
#include "common/dsp/control_grid.hpp"
#include "common/dsp/delay_line.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

namespace earshot::dsp {
namespace {

constexpr int kDelay = static_cast<int>(kChainLatency.count());
constexpr int kChunk = StateSlots::kChunk;
/// The mix is made this far ahead of what is heard, for the limiter to look at.
constexpr int kAhead = TruePeakLimiter::kLatency;

constexpr Frames kQuietTime{kSampleRateHz};
constexpr float kQuietLevel = 0.001F;  // -60 dBFS

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

void clean(audio::ConstBlockView in, audio::BlockView out) noexcept {
    for (int channel = 0; channel < out.channels(); ++channel) {
        const auto from = in.channel(channel);
        std::transform(from.begin(), from.end(), out.channel(channel).begin(), cleaned);
    }
}

std::int64_t fade_frames(Frames wanted, Frames shortest) noexcept {
    return std::clamp(wanted, shortest, Frames{kLongestFade}).count();
}

}  // namespace

// Frames are numbered by the output since start(). While output frame n is made, the input is known
// up to frame n and the voices have run up to frame n + kAhead, of which the limiter holds the
// frames from n on. A change at n therefore mixes those frames anew (remix_pending); parameters,
// which those frames are made with already, glide from frame n + kAhead on.
class HearingChain::Engine {
public:
    Engine(std::shared_ptr<const GammatoneBank> bank, PeakLimiting limiting)
        : history_(StateSlots::kWarmUp + kDelay + kChunk),
          inside_(kDelay + kAhead + kChunk),
          slots_(bank != nullptr ? std::move(bank) : std::make_shared<const GammatoneBank>()),
          limiter_(limiting),
          work_(audio::kListenerChannels, std::max(kChunk, kAhead)),
          inside_work_(audio::kListenerChannels, std::max(kChunk, kAhead)) {
        initial_.mix = {PreparedState::kBypass, PreparedState::kBypass};
        initial_.card.id = "full";
        start({.state = &initial_}, 0);
    }

    void start(const Standing& standing, std::int64_t position) noexcept {
        history_.reset();
        inside_.reset();
        inside_end_ = 0;
        limiter_.reset();
        slots_.reset(position, standing.still);
        base_ = position;
        event_count_ = 0;
        waiting_.reset();
        now_ = 0;
        crossfade_.stand(slots_.take(*standing.state, since(standing.ringing)));
        bool faded = false;
        for (std::size_t i = 0; i < standing.fade_count; ++i) {
            const BegunTransition& fade = standing.fades[i];
            const std::int64_t length = fade_frames(fade.to.fade, kShortestFade);
            if (fade.elapsed.count() < 0) {
                add_event(fade.to, -fade.elapsed.count());
            } else if (fade.elapsed.count() >= length) {
                stand_in(*fade.to.target, since(fade.ringing));
            } else if (fade.to.target != slots_.state(crossfade_.target())) {
                faded = true;
                begin(fade.to, -fade.elapsed.count(), length, since(fade.ringing));
            }
        }
        slots_.start_voices(shares(kAhead), history_, kAhead, false);
        settled_ = false;
        // Who is put into silence counts as having been there: the safe side.
        quiet_frames_ =
            !faded && slots_.state(crossfade_.target())->is_silent() ? kQuietTime.count() + 1 : 0;
    }

    void change(const Transition& to, int offset) noexcept { add_event(to, now_ + offset); }

    void process(audio::ConstBlockView in,
                 audio::ConstBlockView inside,
                 audio::BlockView out) noexcept {
        for (int done = 0; done < in.frames();) {
            crossfade_.advance(now_);
            release_unheard();
            apply_changes();
            glide();
            const int count = chunk_frames(in.frames() - done);
            keep_inside(inside, done, count);
            process_chunk(in.part(done, count), out.part(done, count));
            now_ += count;
            done += count;
        }
        crossfade_.advance(now_);
        release_unheard();
    }

    [[nodiscard]] const PreparedState& target() const noexcept {
        return waiting_ ? *waiting_->target : *slots_.state(crossfade_.target());
    }
    [[nodiscard]] bool moving() const noexcept { return crossfade_.moving(); }

    void felt(std::span<float> out) noexcept { slots_.vibration().felt(now_, out); }
    int take_points(std::span<HapticPoint> out) noexcept {
        return slots_.vibration().take_points(out);
    }

private:
    static constexpr int kEvents = 8;
    struct Event {
        Transition to;
        std::int64_t frame = 0;
    };

    Event& event(int index) noexcept { return events_[static_cast<std::size_t>(index)]; }

    void add_event(const Transition& to, std::int64_t frame) noexcept {
        if (event_count_ == kEvents) {
            --event_count_;
        }
        int at = event_count_++;
        for (; at > 0 && event(at - 1).frame > frame; --at) {
            event(at) = event(at - 1);
        }
        event(at) = {to, frame};
    }

    /// Frames until something happens, at most `most`.
    [[nodiscard]] int chunk_frames(int most) noexcept {
        std::int64_t until = now_ + std::min(most, kChunk);
        if (event_count_ > 0) {
            until = std::min(until, event(0).frame);
        }
        if (crossfade_.moving()) {
            until = std::min(until, crossfade_.next_end());
        }
        const std::int64_t made = base_ + now_ + kAhead;
        // Settled, only slow hearing moves on.
        const int period = settled_ ? kSlowPeriod : kControlPeriod;
        until = std::min(until, now_ + period - ((made + kControlPeriod) & (period - 1)));
        return static_cast<int>(until - now_);
    }

    void release_unheard() noexcept {
        for (int i = 0; i < Crossfade::kSlots; ++i) {
            if (!crossfade_.uses(i)) {
                slots_.release(i);
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
        if (!crossfade_.moving() && slots_.state(crossfade_.target()) == to.target) {
            return;
        }
        const StateSlots::Since since = slots_.ringing_after(crossfade_.target(), now_);
        if (!begin(to, now_, fade_length(to), since)) {
            waiting_ = to;
            return;
        }
        slots_.start_voices(shares(now_ + kAhead), history_, now_ + kAhead, true);
        settled_ = false;
        remix_pending();
    }

    /// False if there is no room for one more state.
    bool begin(const Transition& to,
               std::int64_t at,
               std::int64_t length,
               const StateSlots::Since& since) noexcept {
        const StateSlots::Mix mix{crossfade_.weights(at, 0), crossfade_.weights(at, 1)};
        const int into = slots_.take(*to.target, since);
        if (into >= 0) {
            crossfade_.begin(at, into, length, to.curve, slots_.correlations(mix, into));
        }
        return into >= 0;
    }

    /// Stands in a state as if there had been no fade.
    void stand_in(const PreparedState& state, const StateSlots::Since& since) noexcept {
        const int slot = slots_.take(state, since);
        if (slot >= 0) {
            crossfade_.stand(slot);
            release_unheard();
        }
    }

    /// At start(): programme frames at which ringing began.
    [[nodiscard]] StateSlots::Since since(const RingingTime& time) const noexcept {
        return {base_ - time[0].count(), base_ - time[1].count()};
    }

    [[nodiscard]] Crossfade::Weights shares(std::int64_t made) const noexcept {
        return crossfade_.shares(made, kAhead);
    }

    /// At a control point: where parameters are to be at the next one.
    void glide() noexcept {
        const std::int64_t made = now_ + kAhead;
        const std::int64_t reached = made + kControlPeriod;
        if (((base_ + made) & (kControlPeriod - 1)) != 0 ||
            (settled_ && !slots_.changes_at(reached))) {
            return;
        }
        const Crossfade::Weights next = shares(reached);
        slots_.set(next, reached);
        settled_ = next[static_cast<std::size_t>(crossfade_.target())] == 1.0;
    }

    [[nodiscard]] std::int64_t fade_length(const Transition& to) const noexcept {
        const bool leaves_full =
            !crossfade_.moving() && slots_.state(crossfade_.target())->is_bypass();
        if (quiet_frames_ <= kQuietTime.count() || leaves_full) {
            return fade_frames(to.fade, kShortestFade);
        }
        return fade_frames(to.fade, to.sudden ? kShortestSuddenFromQuiet : kShortestFromQuiet);
    }

    /// Sets out to the mix of the frames from `first` on.
    void mix(std::int64_t first, audio::BlockView out) noexcept {
        const bool inside = first < inside_end_;
        const audio::BlockView head = inside_work_.view().part(0, out.frames());
        if (inside) {
            inside_.read(first - kDelay, head);
        }
        for (int i = 0; i < out.frames(); ++i) {
            const std::int64_t frame = first + i;
            StateSlots::Ears ears =
                crossfade_.moving() ? mixed(frame) : slots_.sample(crossfade_.target(), frame);
            if (slots_.overlay_runs()) {
                const StateSlots::Ears more = slots_.overlay(frame);
                ears[0] += more[0];
                ears[1] += more[1];
            }
            if (inside) {
                for (int ear = 0; ear < audio::kListenerChannels; ++ear) {
                    const float more = head.channel(ear)[static_cast<std::size_t>(i)];
                    // -0 leaves every number as it is, its own sign included.
                    ears[static_cast<std::size_t>(ear)] +=
                        more == 0.0F ? -0.0 : static_cast<double>(more);
                }
            }
            out.channel(0)[static_cast<std::size_t>(i)] = cleaned(static_cast<float>(ears[0]));
            out.channel(1)[static_cast<std::size_t>(i)] = cleaned(static_cast<float>(ears[1]));
        }
    }

    [[nodiscard]] StateSlots::Ears mixed(std::int64_t frame) const noexcept {
        const Crossfade::Weights left = crossfade_.weights(frame, 0);
        const Crossfade::Weights right = crossfade_.weights(frame, 1);
        StateSlots::Ears sum{};
        for (std::size_t i = 0; i < left.size(); ++i) {
            if (left[i] != 0.0 || right[i] != 0.0) {
                const StateSlots::Ears ears = slots_.sample(static_cast<int>(i), frame);
                sum[0] += left[i] * ears[0];
                sum[1] += right[i] * ears[1];
            }
        }
        return sum;
    }

    /// Keeps what is inside the head, frame by frame with the input.
    void keep_inside(audio::ConstBlockView inside, int first, int count) noexcept {
        const audio::BlockView work = work_.view().part(0, count);
        if (inside.channels() > 0) {
            clean(inside.part(first, count), work);
            inside_end_ = now_ + count + kDelay;
        } else {
            audio::clear(work);
        }
        inside_.write(work);
    }

    void remix_pending() noexcept {
        const audio::BlockView pending = work_.view().part(0, kAhead);
        mix(now_, pending);
        limiter_.revise(pending);
    }

    void process_chunk(audio::ConstBlockView in, audio::BlockView out) noexcept {
        const int count = in.frames();
        const audio::BlockView work = work_.view().part(0, count);
        clean(in, work);
        history_.write(work);
        slots_.run(history_, now_ + kAhead, count);
        mix(now_ + kAhead, out);
        limiter_.process(out);
        const auto left = out.channel(0);
        const auto right = out.channel(1);
        for (std::size_t i = 0; i < left.size(); ++i) {
            const bool quiet = std::abs(left[i]) < kQuietLevel && std::abs(right[i]) < kQuietLevel;
            quiet_frames_ = quiet ? quiet_frames_ + 1 : 0;
        }
    }

    PreparedState initial_;  ///< What the chain stands in before the first start().
    DelayLine history_;
    DelayLine inside_;  ///< What is inside the head.
    StateSlots slots_;
    Crossfade crossfade_;
    TruePeakLimiter limiter_;
    audio::Block work_;
    audio::Block inside_work_;
    std::array<Event, kEvents> events_{};  ///< Sorted by frame.
    int event_count_ = 0;
    std::optional<Transition> waiting_;  ///< Found no room.
    std::int64_t base_ = 0;              ///< Programme frame of output frame 0.
    std::int64_t now_ = 0;               ///< The next output frame.
    std::int64_t inside_end_ = 0;        ///< From this output frame on nothing is inside.
    std::int64_t quiet_frames_ = 0;      ///< Output frames below kQuietLevel, up to now_.
    bool settled_ = true;                ///< Shares are where they were to go.
};

HearingChain::HearingChain(std::shared_ptr<const GammatoneBank> bank, PeakLimiting limiting)
    : engine_(std::make_unique<Engine>(std::move(bank), limiting)) {}
HearingChain::~HearingChain() = default;

void HearingChain::start(const Standing& standing, std::int64_t position) noexcept {
    engine_->start(standing, position);
}

void HearingChain::change(const Transition& to, int offset) noexcept {
    engine_->change(to, offset);
}

void HearingChain::process(audio::ConstBlockView in, audio::BlockView out) noexcept {
    engine_->process(in, {}, out);
}

void HearingChain::process(audio::ConstBlockView in,
                           audio::ConstBlockView inside,
                           audio::BlockView out) noexcept {
    engine_->process(in, inside, out);
}

void HearingChain::felt(std::span<float> out) const noexcept {
    engine_->felt(out);
}

int HearingChain::take_points(std::span<HapticPoint> out) noexcept {
    return engine_->take_points(out);
}

const PreparedState& HearingChain::target() const noexcept {
    return engine_->target();
}
bool HearingChain::moving() const noexcept {
    return engine_->moving();
}

}  // namespace earshot::dsp
