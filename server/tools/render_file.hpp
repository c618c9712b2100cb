#pragma once

#include "common/audio/audio_file.hpp"
#include "server/tools/picture/sound_facts.hpp"
#include "server/tools/progress.hpp"
#include "server/tools/render_plan.hpp"

#include <filesystem>
#include <functional>
#include <optional>

namespace earshot::tools {

/// How a rendering is written and watched.
struct FileRendering {
    std::filesystem::path out;
    audio::WavFormat format = audio::WavFormat::s24;
    dsp::PeakLimiting limiting = dsp::PeakLimiting::on;
    bool measure = false;             ///< Both sounds, for a picture.
    Progress* progress = nullptr;     ///< May be null.
    std::function<bool()> stop = {};  ///< Asked every 20 ms of sound; may be empty.
};

/// Both sounds' facts, if they were asked for.
struct RenderedFacts {
    picture::SoundFacts before;
    picture::SoundFacts after;
};

/// Renders a plan into a WAV file, which is whole or not there.
/// @throws std::runtime_error  one line: the medium failed, the file could not be written, stopped.
std::optional<RenderedFacts> render_file(const RenderPlan& plan, const FileRendering& how);

}  // namespace earshot::tools
