#pragma once

#include "common/audio/ports.hpp"
#include "common/dsp/acoustic/gammatone_bank.hpp"
#include "common/dsp/state/hearing_settings.hpp"
#include "common/dsp/true_peak_limiter.hpp"
#include "common/show/cue_schedule.hpp"

#include <memory>
#include <vector>

namespace earshot::tools {

/// What is rendered.
struct OfflineJob {
    audio::ProgrammeReader& reader;
    double gain_db = 0.0;  ///< Of the programme.
    Frames length{0};      ///< Of the programme.
    std::shared_ptr<const show::CueSchedule> schedule;
    /// Of the reader, in the order of its channels.
    std::vector<dsp::LayerName> layers{dsp::LayerName::mix};
    std::shared_ptr<const dsp::GammatoneBank> bank = nullptr;  ///< Null: one is designed.
    dsp::PeakLimiting limiting = dsp::PeakLimiting::on;
};

/// Hears what is rendered: both sounds from programme frame 0 to the last, block by block, the one
/// before about 20 ms ahead of the one after. Neither function may throw.
class RenderListener {
public:
    virtual ~RenderListener() = default;
    /// The programme with its gain, all layers together. @param block  Shape [2][frames].
    virtual void before(audio::ConstBlockView block) = 0;
    /// The perspective. @return false to end here.
    virtual bool after(audio::ConstBlockView block) = 0;
};

enum class RenderEnd {
    complete,
    ended_early,  ///< The listener said so.
    read_failed,  ///< The medium could not be read.
};

/// Renders one perspective of a whole programme with the server's own lane: the very samples that
/// the server encodes when it plays the programme from its start without a seek.
/// Thread: any, not real-time.
/// @throws std::invalid_argument  if the reader has another number of layers.
[[nodiscard]] RenderEnd render_offline(const OfflineJob& job, RenderListener& listener);

}  // namespace earshot::tools
