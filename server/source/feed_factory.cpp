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

std::unique_ptr<audio::ProgrammeFeed> make_feed(const SourceSpec& spec,
                                                double gain_db,
                                                std::span<const std::filesystem::path> stems) {
    using Kind = SourceSpec::Kind;
    if (spec.live() && !stems.empty()) {
        throw std::runtime_error("stems are played beside a file, not beside live sound");
    }
    const auto read = [&](std::unique_ptr<audio::ProgrammeReader> reader) {
        if (stems.empty()) {
            return std::make_unique<ReaderFeed>(std::move(reader), gain_db);
        }
        std::vector<std::unique_ptr<audio::ProgrammeReader>> layers;
        layers.push_back(std::move(reader));
        for (const std::filesystem::path& stem : stems) {
            layers.push_back(std::make_unique<audio::FileProgramme>(stem));
        }
        return std::make_unique<ReaderFeed>(
            std::make_unique<audio::LayeredProgramme>(std::move(layers)), gain_db);
    };
    const auto hear = [&](std::unique_ptr<LiveInput> input) {
        return std::make_unique<LiveFeed>(std::move(input), std::make_unique<RawMediaClock>());
    };
    switch (spec.kind) {
        case Kind::file:
            return read(std::make_unique<audio::FileProgramme>(spec.name));
        case Kind::tone:
            return read(std::make_unique<ToneProgramme>());
        case Kind::demo:
            return read(std::make_unique<DemoProgramme>());
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
