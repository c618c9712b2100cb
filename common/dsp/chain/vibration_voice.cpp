#include "common/dsp/chain/vibration_voice.hpp"

#include "common/audio/format.hpp"
#include "common/base/assert.hpp"
#include "common/dsp/control_grid.hpp"

#include <algorithm>

namespace earshot::dsp {
namespace {

/// What is felt runs this much ahead of its place: the filters turn its phase back by 1.1 ms at 80
/// Hz, of which most is the weighting for shakers; a shaker's own response undoes some of it.
constexpr int kPhaseLead = kControlPeriod;

}  // namespace

VibrationVoice::VibrationVoice()
    : input_(audio::kListenerChannels, kChunk), work_(audio::kListenerChannels, kChunk) {}

void VibrationVoice::start(const VibrationParameters& parameters) noexcept {
    vibration_.set(parameters);
    vibration_.reset();
    limiter_.reset();
    stand_in_.clear();
    felt_ = {};
    point_count_ = 0;
}

void VibrationVoice::run(const DelayLine& input,
                         std::int64_t first,
                         int count,
                         int delay,
                         std::int64_t position) noexcept {
    const audio::BlockView from = input_.view().part(0, count);
    const audio::BlockView work = work_.view().part(0, count);
    const int early = vibration_.latency() + kPhaseLead;
    input.read(first - delay + early, from);
    std::array<HapticPoint, kChunk / HapticPoint::kPeriod + 1> made{};
    // What is felt takes the input's place; the limiter wants it on two channels.
    const int points =
        vibration_.process(from, position + early, from.channel(0), work.channel(0), made);
    keep(std::span(made).first(static_cast<std::size_t>(points)));
    const auto felt = from.channel(0);
    std::copy(work.channel(0).begin(), work.channel(0).end(), work.channel(1).begin());
    stand_in_.write(first, work);
    std::copy(felt.begin(), felt.end(), from.channel(1).begin());
    limiter_.process(from);
    std::int64_t frame = first - limiter_.latency();
    for (const float sample : felt) {
        felt_[at(frame++)] = sample;
    }
}

void VibrationVoice::keep(std::span<const HapticPoint> points) noexcept {
    for (const HapticPoint& point : points) {
        if (point_count_ == kPoints) {
            std::move(points_.begin() + 1, points_.end(), points_.begin());
            --point_count_;
        }
        points_[static_cast<std::size_t>(point_count_++)] = point;
    }
}

void VibrationVoice::felt(std::int64_t end, std::span<float> out) const noexcept {
    EARSHOT_ASSERT(out.size() <= felt_.size());
    std::int64_t frame = end - static_cast<std::int64_t>(out.size());
    for (float& sample : out) {
        sample = felt_[at(frame++)];
    }
}

int VibrationVoice::take_points(std::span<HapticPoint> out) noexcept {
    const int count = std::min(point_count_, static_cast<int>(out.size()));
    std::copy_n(points_.begin(), count, out.begin());
    std::move(points_.begin() + count, points_.begin() + point_count_, points_.begin());
    point_count_ -= count;
    return count;
}

}  // namespace earshot::dsp
