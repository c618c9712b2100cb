#include "common/dsp/implant/implant_engine.hpp"

#include <algorithm>
#include <span>

namespace earshot::dsp {

void ImplantEngine::take(const ImplantRecipe& recipe) noexcept {
    plan_ = recipe.plan();
    reset();
}

void ImplantEngine::reset() noexcept {
    front_.reset();
    output_.reset();
    for (Ear& ear : ears_) {
        ear.envelopes.reset();
        ear.coder.reset();
        ear.carriers.reset();
        ear.spiral.reset();
    }
}

void ImplantEngine::process(audio::BlockView inout, std::int64_t position) noexcept {
    if (plan_.channels == 0) {
        audio::clear(inout);
        return;
    }
    constexpr auto kMask = static_cast<std::int64_t>(kImplantStep - 1);
    for (int done = 0; done < inout.frames();) {
        const std::int64_t at = position + done;
        const int to_grid = static_cast<int>(kImplantStep) - static_cast<int>(at & kMask);
        const int count = std::min(inout.frames() - done, to_grid);
        process_step(inout.part(done, count), at);
        done += count;
    }
}

void ImplantEngine::make_carriers(std::size_t ear,
                                  std::size_t count,
                                  std::int64_t position) noexcept {
    LaneStep& sum = sums_[ear];
    sum = {};
    if (plan_.strategy == ImplantStrategy::spiral) {
        ears_[ear].spiral.process(plan_.spiral, levels_, sum, ear, count, position);
        return;
    }
    if (plan_.strategy == ImplantStrategy::n_of_m) {
        ears_[ear].coder.process(plan_.coder, levels_, count, position);
    } else {
        for (std::size_t g = 0; g < plan_.envelopes.groups; ++g) {
            for (std::size_t i = 0; i < count; ++i) {
                levels_[g][i] *= plan_.restore.group[g];
            }
        }
    }
    ears_[ear].carriers.process(plan_.carriers, levels_, sum, ear, count, position);
}

void ImplantEngine::process_step(audio::BlockView inout, std::int64_t position) noexcept {
    const auto count = static_cast<std::size_t>(inout.frames());
    front_.process(plan_.front, inout, sound_, position);
    for (std::size_t ear = 0; ear < ears_.size(); ++ear) {
        ears_[ear].envelopes.process(plan_.envelopes, std::span{sound_[ear]}.first(count), levels_,
                                     position);
        make_carriers(ear, count, position);
    }
    const std::int64_t end = position + static_cast<std::int64_t>(count);
    output_.process(plan_.output, sums_, inout, end % static_cast<std::int64_t>(kImplantStep) == 0);
}

}  // namespace earshot::dsp
