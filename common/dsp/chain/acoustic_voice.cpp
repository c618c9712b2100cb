#include "common/dsp/chain/acoustic_voice.hpp"

#include "common/audio/format.hpp"

#include <utility>

namespace earshot::dsp {

AcousticVoice::AcousticVoice(std::shared_ptr<const GammatoneBank> bank)
    : bank_(std::move(bank)), work_(audio::kListenerChannels, kChunk) {}

void AcousticVoice::start(const AcousticPathParameters& parameters) noexcept {
    set(parameters);
    smearing_.reset();
    bank_.reset();
    sound_.clear();
}

void AcousticVoice::set(const AcousticPathParameters& parameters) noexcept {
    smearing_.set(parameters.smearing);
    bank_.set(parameters.bank);
}

void AcousticVoice::run(const DelayLine& input,
                        std::int64_t first,
                        int count,
                        int delay,
                        std::int64_t position) noexcept {
    const audio::BlockView work = work_.view().part(0, count);
    input.read(first - delay + smearing_.latency() + bank_.latency(), work);
    smearing_.process(work, position);
    bank_.process(work, position);
    sound_.write(first, work);
}

}  // namespace earshot::dsp
