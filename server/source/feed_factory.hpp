#pragma once

#include "common/audio/ports.hpp"
#include "server/source/live_clock.hpp"
#include "server/source/source_spec.hpp"

#include <filesystem>
#include <memory>
#include <span>

namespace earshot::source {

/// Opens what can be read at any position: a file, the tone or the demo, and the stems beside it.
/// @param stems  Sound files, at most kMaxLayers - 1.
/// @throws std::runtime_error  one line for people; live sources cannot be read so.
[[nodiscard]] std::unique_ptr<audio::ProgrammeReader> make_reader(
    const SourceSpec& spec, std::span<const std::filesystem::path> stems = {});

/// Opens what a spec names, and the stems beside it.
/// @param stems    Sound files, at most kMaxLayers - 1; none beside a live source.
/// @param gain_db  Constant normalisation of the programme, -60 to 40; live sources get none.
/// @throws std::runtime_error  one line for people: what was looked for and why it cannot be
/// played.
[[nodiscard]] std::unique_ptr<audio::ProgrammeFeed> make_feed(
    const SourceSpec& spec, double gain_db, std::span<const std::filesystem::path> stems = {});

}  // namespace earshot::source
