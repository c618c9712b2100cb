#include "server/tools/state_response.hpp"

#include "common/base/level.hpp"
#include "common/base/time.hpp"
#include "common/dsp/chain/hearing_chain.hpp"
#include "common/dsp/chain/state_builder.hpp"
#include "common/dsp/level_meter.hpp"

#include <array>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace earshot::tools {
namespace {

constexpr std::array<double, 3> kLevelsDbSpl{50.0, 65.0, 80.0};
constexpr double kLowestHz = 62.5;
constexpr int kTones = 17;
constexpr double kTonesAnOctave = 2.0;
/// Until filters, detectors and gain control have settled.
constexpr int kSettleFrames = 14'400;
constexpr int kMeasureFrames = 14'400;
constexpr int kBlock = 960;

dsp::HearingSettings without_own_sounds(dsp::HearingSettings settings) {
    settings.left.tinnitus.kind = dsp::RingingKind::off;
    settings.right.tinnitus.kind = dsp::RingingKind::off;
    settings.inner.heartbeat_db.reset();
    settings.inner.blood_db.reset();
    settings.inner.breath_db.reset();
    settings.inner.steps_db.reset();
    return settings;
}

/// Level of each ear's sound while a tone of level 0 dBFS rms times `rms` plays, dBFS rms.
std::array<double, 2> level_out(dsp::HearingChain& chain,
                                const dsp::PreparedState& state,
                                double hz,
                                double rms) {
    chain.start({.state = &state});
    audio::Block block(audio::kListenerChannels, kBlock);
    std::array<dsp::LevelMeter, 2> meters;
    for (int done = 0; done < kSettleFrames + kMeasureFrames; done += kBlock) {
        for (int i = 0; i < kBlock; ++i) {
            const double turns = hz * (done + i) / kSampleRateHz;
            const double sample = rms * std::numbers::sqrt2 *
                                  std::sin(2.0 * std::numbers::pi * (turns - std::floor(turns)));
            block.channel(0)[static_cast<std::size_t>(i)] = static_cast<float>(sample);
            block.channel(1)[static_cast<std::size_t>(i)] = static_cast<float>(sample);
        }
        chain.process(block.view(), block.view());
        for (int ear = 0; ear < 2 && done >= kSettleFrames; ++ear) {
            const auto view = block.view();
            meters[static_cast<std::size_t>(ear)].process(
                audio::ConstBlockView{view.channel(ear).data(), 1, kBlock, kBlock});
        }
    }
    std::array<double, 2> levels{};
    for (std::size_t ear = 0; ear < 2; ++ear) {
        levels[ear] = gain_to_db(static_cast<double>(meters[ear].take().rms));
    }
    return levels;
}

}  // namespace

std::vector<picture::ResponseCurve> measure_response(
    const dsp::HearingSettings& settings,
    double intensity,
    const std::shared_ptr<const dsp::GammatoneBank>& bank,
    double calibration_db_spl) {
    dsp::StateBuilder builder(bank, calibration_db_spl);
    const auto state = value_or_throw(builder.prepare({}, without_own_sounds(settings), intensity));
    const double full_scale_db_spl = settings.calibration_db.value_or(calibration_db_spl);
    dsp::HearingChain chain(bank, dsp::PeakLimiting::off);
    std::vector<picture::ResponseCurve> curves;
    for (const double level : kLevelsDbSpl) {
        picture::ResponseCurve& curve = curves.emplace_back();
        curve.input_db_spl = level;
        const double in_dbfs = level - full_scale_db_spl;
        for (int tone = 0; tone < kTones; ++tone) {
            const double hz = kLowestHz * std::exp2(tone / kTonesAnOctave);
            const auto out_dbfs = level_out(chain, *state, hz, db_to_gain(in_dbfs));
            for (std::size_t ear = 0; ear < 2; ++ear) {
                curve.gain_db[ear].push_back({hz, out_dbfs[ear] - in_dbfs});
            }
        }
    }
    return curves;
}

}  // namespace earshot::tools
