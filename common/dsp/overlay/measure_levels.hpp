#pragma once

#include "common/audio/ports.hpp"
#include "common/dsp/overlay/programme_levels.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace earshot::dsp {

/// How much of a programme without an end is measured; after it the last levels' effect stays.
inline constexpr std::chrono::minutes kMeasuredWithoutEnd{10};

/// The levels of a whole programme's mix (its first layer), from frame 0 on, as it is played: what
/// the medium does not give is silence. Reads and measures all of it, once (a two-hour film takes
/// about 20 s and 9 MB, and what its reader takes). The same programme and gain always give the
/// same levels.
/// @param gain_db   The constant gain before the chain.
/// @param progress  Gets the share done, 0 to 1, after each second of sound; may be empty.
/// Thread: one owner of the reader. Real-time: no.
[[nodiscard]] std::shared_ptr<const ProgrammeLevels> measure_levels(
    audio::ProgrammeReader& reader,
    double gain_db,
    const std::function<void(double)>& progress = {});

}  // namespace earshot::dsp
