#pragma once

#include "common/dsp/acoustic/gammatone_bank.hpp"
#include "common/dsp/state/hearing_settings.hpp"
#include "server/tools/picture/response_chart.hpp"

#include <memory>
#include <vector>

namespace earshot::tools {

/// Measures what a state makes of tones, each by itself, the same in both ears: 63 Hz to 16 kHz at
/// half octaves, at 50, 65 and 80 dB SPL. What the state adds of its own accord (ringing, sounds of
/// the body) and the limiter are left out. Takes about a second.
/// @param bank                Shared; not null.
/// @param calibration_db_spl  Where the state does not say its own.
/// @throws std::runtime_error  one line, if the state cannot be prepared.
[[nodiscard]] std::vector<picture::ResponseCurve> measure_response(
    const dsp::HearingSettings& settings,
    double intensity,
    const std::shared_ptr<const dsp::GammatoneBank>& bank,
    double calibration_db_spl);

}  // namespace earshot::tools
