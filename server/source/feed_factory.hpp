#pragma once

#include "common/audio/ports.hpp"
#include "server/source/live_clock.hpp"
#include "server/source/source_spec.hpp"

#include <memory>

namespace earshot::source {

/// Opens what a spec names.
/// @param gain_db  Constant normalisation of the programme, -60 to 40; live sources get none.
/// @throws std::runtime_error  one line for people: what was looked for and why it cannot be
/// played.
[[nodiscard]] std::unique_ptr<audio::ProgrammeFeed> make_feed(const SourceSpec& spec,
                                                              double gain_db);

}  // namespace earshot::source
