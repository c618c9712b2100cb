#include "common/dsp/overlay/measure_levels.hpp"

#include "common/audio/format.hpp"
#include "common/base/level.hpp"
#include "common/dsp/overlay/level_analyser.hpp"

#include <algorithm>

namespace earshot::dsp {

std::shared_ptr<const ProgrammeLevels> measure_levels(audio::ProgrammeReader& reader,
                                                      double gain_db,
                                                      const std::function<void(double)>& progress) {
    const auto gain = static_cast<float>(db_to_gain(gain_db));
    const Frames length = reader.length().value_or(kMeasuredWithoutEnd);
    LevelAnalyser analyser;
    audio::Block block(audio::kListenerChannels * reader.layers(), kSampleRateHz);
    for (Frames done{0}; done < length;) {
        const Frames count = std::min(length - done, Frames{kSampleRateHz});
        const audio::BlockView part = block.view().part(0, static_cast<int>(count.count()));
        static_cast<void>(reader.read(ProgrammeTime{done}, part));
        const audio::BlockView mix = part.channels(0, audio::kListenerChannels);
        for (int channel = 0; channel < audio::kListenerChannels; ++channel) {
            for (float& sample : mix.channel(channel)) {
                sample *= gain;
            }
        }
        analyser.take(mix);
        done += count;
        if (progress) {
            progress(static_cast<double>(done.count()) / static_cast<double>(length.count()));
        }
    }
    analyser.finish();
    return std::make_shared<const ProgrammeLevels>(analyser.levels());
}

}  // namespace earshot::dsp
