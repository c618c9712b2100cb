#include "common/dsp/chain/overlay_voice.hpp"

#include "common/audio/format.hpp"

namespace earshot::dsp {
namespace {

/// Of the counter-based noises: fixed, so that every run and every lane makes the same sound.
constexpr std::array<std::uint64_t, audio::kListenerChannels> kTinnitusSeeds{0x7131, 0x7132};
constexpr std::uint64_t kBodySeed = 0xB0D1;

}  // namespace

OverlayVoice::OverlayVoice()
    : tinnitus_(kTinnitusSeeds),
      inner_(kBodySeed),
      input_(audio::kListenerChannels, kChunk),
      work_(audio::kListenerChannels, kChunk) {}

void OverlayVoice::start(const OverlayParameters& parameters) noexcept {
    set(parameters);
    tinnitus_.reset();
    inner_.reset();
    sound_.clear();
}

void OverlayVoice::set(const OverlayParameters& parameters) noexcept {
    tinnitus_.set(parameters.tinnitus);
    inner_.set(parameters.inner);
}

void OverlayVoice::run(const DelayLine& input,
                       std::int64_t first,
                       int count,
                       int delay,
                       std::int64_t position) noexcept {
    const audio::BlockView from = input_.view().part(0, count);
    const audio::BlockView work = work_.view().part(0, count);
    audio::clear(work);
    input.read(first - delay, from);
    inner_.process(from, work, position);
    tinnitus_.process(work, position);
    sound_.write(first, work);
}

}  // namespace earshot::dsp
