#include "server/source/feed_factory.hpp"

#include "common/audio/file_programme.hpp"
#include "common/audio/layered_programme.hpp"
#include "common/base/clock.hpp"
#include "server/source/alsa_input.hpp"
#include "server/source/demo_programme.hpp"
#include "server/source/live_feed.hpp"
#include "server/source/pipe_input.hpp"
#include "server/source/pulse_input.hpp"
#include "server/source/reader_feed.hpp"
#include "server/source/tone_programme.hpp"

#include <stdexcept>
#include <utility>
#include <vector>

namespace earshot::source {
namespace {

std::unique_ptr<audio::ProgrammeReader> open_mix(const SourceSpec& spec) {
    switch (spec.kind) {
        case SourceSpec::Kind::file:
            return std::make_unique<audio::FileProgramme>(spec.name);
        case SourceSpec::Kind::tone:
            return std::make_unique<ToneProgramme>();
        case SourceSpec::Kind::demo:
            return std::make_unique<DemoProgramme>();
        default:
            throw std::runtime_error("a live source has no positions to read at");
    }
}

}  // namespace

std::unique_ptr<audio::ProgrammeReader> make_reader(const SourceSpec& spec,
                                                    std::span<const std::filesystem::path> stems) {
    auto mix = open_mix(spec);
    if (stems.empty()) {
        return mix;
    }
    std::vector<std::unique_ptr<audio::ProgrammeReader>> layers;
    layers.push_back(std::move(mix));
    for (const std::filesystem::path& stem : stems) {
        layers.push_back(std::make_unique<audio::FileProgramme>(stem));
    }
    return std::make_unique<audio::LayeredProgramme>(std::move(layers));
}

std::unique_ptr<audio::ProgrammeFeed> make_feed(const SourceSpec& spec,
                                                double gain_db,
                                                std::span<const std::filesystem::path> stems) {
    using Kind = SourceSpec::Kind;
    if (spec.live() && !stems.empty()) {
        throw std::runtime_error("stems are played beside a file, not beside live sound");
    }
    const auto hear = [&](std::unique_ptr<LiveInput> input) {
        return std::make_unique<LiveFeed>(std::move(input), std::make_unique<RawMediaClock>());
    };
    switch (spec.kind) {
        case Kind::file:
        case Kind::tone:
        case Kind::demo:
            return std::make_unique<ReaderFeed>(make_reader(spec, stems), gain_db);
        case Kind::fifo:
            return hear(PipeInput::open_fifo(spec.name));
        case Kind::stdin_stream:
            return hear(PipeInput::open_stdin());
        case Kind::alsa:
            return hear(std::make_unique<AlsaInput>(spec.name));
        case Kind::pulse:
            return hear(std::make_unique<PulseInput>(spec.name));
    }
    throw std::runtime_error("no such source");
}

}  // namespace earshot::source
