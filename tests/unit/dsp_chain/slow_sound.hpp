#pragma once

#include "common/dsp/overlay/programme_levels.hpp"
#include "common/show/hearing_states.hpp"
#include "tests/unit/dsp_chain/chain_sound.hpp"

#include <cstdint>
#include <functional>
#include <memory>

/// Films that are loud and quiet, and hearing that follows them.
namespace earshot::dsp::sound {

using Levels = std::shared_ptr<const ProgrammeLevels>;

/// The same in both ears. @param dbfs  By seconds and band, every 0.1 s.
[[nodiscard]] Levels levels_of(double seconds,
                               const std::function<double(double, std::size_t)>& dbfs);
/// As measured. The sound's first frame is programme frame 0.
[[nodiscard]] Levels measured(const Stereo& film);

[[nodiscard]] HearingStateCard card(std::string_view id);
/// A preset, or what settings say, for a film. @throws std::runtime_error
[[nodiscard]] StatePtr preset_in(const Levels& levels, std::string_view id);
[[nodiscard]] StatePtr settings_in(const Levels& levels, const HearingSettings& settings);

/// Frame of a time.
[[nodiscard]] std::int64_t frame_of(double seconds);

/// What comes out of the programme frames [from, from + in.frames()), from a cold chain.
/// @param in  The programme's frames there; 1 s of silence before.
[[nodiscard]] Stereo heard_at(const Standing& standing, std::int64_t from, const Stereo& in);

}  // namespace earshot::dsp::sound
