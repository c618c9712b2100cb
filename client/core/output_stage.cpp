#include "client/core/output_stage.hpp"

#include "common/base/level.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace earshot::client {
namespace {

constexpr int kVolumeFrames = 1'440;  ///< 30 ms
constexpr int kCapFrames = 1'920;     ///< 40 ms

float bounded_gain(float gain_db, float otherwise_db) noexcept {
    return db_to_gain(std::clamp(std::isfinite(gain_db) ? gain_db : otherwise_db, -60.0F, 0.0F));
}

}  // namespace

OutputStage::OutputStage(double volume_db, double level_cap_dbfs) noexcept
    : volume_(bounded_gain(static_cast<float>(volume_db), 0.0F)),
      cap_(bounded_gain(static_cast<float>(level_cap_dbfs), 0.0F)) {}

void OutputStage::set_volume(float volume_db) noexcept {
    volume_.go(bounded_gain(volume_db, -60.0F), kVolumeFrames);
}

void OutputStage::set_level_cap(float level_cap_dbfs) noexcept {
    cap_.go(bounded_gain(level_cap_dbfs, -60.0F), kCapFrames);
}

void OutputStage::mute() noexcept {
    if (!muted()) {
        mute_.go(0.0F, kMuteFrames);
    }
}

void OutputStage::unmute(int frames) noexcept {
    mute_.go(1.0F, frames);
}

void OutputStage::process(audio::BlockView block) noexcept {
    const auto left = block.channel(0);
    const auto right = block.channel(1);
    for (std::size_t n = 0; n < left.size(); ++n) {
        const float gain = volume_.next() * mute_.next();
        left[n] *= gain;
        right[n] *= gain;
        limiter_.process(left[n], right[n], cap_.next());
    }
}

}  // namespace earshot::client
