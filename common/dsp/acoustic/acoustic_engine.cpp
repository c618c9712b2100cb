#include "common/dsp/acoustic/acoustic_engine.hpp"

#include "common/base/assert.hpp"
#include "common/dsp/control_grid.hpp"

#include <algorithm>
#include <utility>

namespace earshot::dsp {

AcousticEngine::AcousticEngine(std::shared_ptr<const GammatoneBank> bank, const Seeds& seeds)
    : bank_(std::move(bank)), ears_{AcousticEar(*bank_, seeds[0]), AcousticEar(*bank_, seeds[1])} {}

void AcousticEngine::set(const AcousticParameters& parameters) noexcept {
    for (std::size_t ear = 0; ear < ears_.size(); ++ear) {
        ears_[ear].set(parameters.ears[ear]);
    }
    width_next_ = parameters.width;
}

void AcousticEngine::reset() noexcept {
    for (AcousticEar& ear : ears_) {
        ear.reset();
    }
    fresh_ = true;
}

void AcousticEngine::process(audio::BlockView inout, std::int64_t position) noexcept {
    EARSHOT_ASSERT(inout.channels() == 2);
    for (int done = 0; done < inout.frames();) {
        const std::int64_t at = position + done;
        const int place = static_cast<int>(at & (kStep - 1));
        const int count = std::min(inout.frames() - done, kStep - place);
        const audio::BlockView part = inout.part(done, count);
        ears_[0].process(part.channel(0), at);
        ears_[1].process(part.channel(1), at);
        widen(part, at);
        done += count;
    }
}

void AcousticEngine::widen(audio::BlockView inout, std::int64_t position) noexcept {
    const int place = static_cast<int>(position & (kControlPeriod - 1));
    if (fresh_) {
        width_from_ = width_to_ = width_next_;
        fresh_ = false;
    } else if (place == 0) {
        width_from_ = width_to_;
        width_to_ = width_next_;
    }
    if (width_from_ == 1.0F && width_to_ == 1.0F) {
        return;
    }
    const auto left = inout.channel(0);
    const auto right = inout.channel(1);
    const float rise = (width_to_ - width_from_) / float{kControlPeriod};
    for (std::size_t i = 0; i < left.size(); ++i) {
        const float width = width_from_ + rise * static_cast<float>(place + static_cast<int>(i));
        const float same = 0.5F * (1.0F + width);
        const float other = 0.5F * (1.0F - width);
        const float l = left[i];
        const float r = right[i];
        left[i] = same * l + other * r;
        right[i] = same * r + other * l;
    }
}

}  // namespace earshot::dsp
