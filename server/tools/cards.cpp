#include "server/tools/cards.hpp"

#include "common/show/state_library.hpp"
#include "server/source/demo_programme.hpp"
#include "server/tools/cards_page.hpp"
#include "server/tools/clip_programme.hpp"
#include "server/tools/part_file.hpp"
#include "server/tools/picture/audiogram_chart.hpp"
#include "server/tools/picture/response_chart.hpp"
#include "server/tools/render_file.hpp"
#include "server/tools/state_response.hpp"

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace earshot::tools {
namespace {

/// Two seconds of drums and guitar, then a sentence.
constexpr std::array kSample{
    Clip{.from = ProgrammeTime{std::chrono::milliseconds{6'000}},
         .length = std::chrono::milliseconds{2'000}},
    Clip{.from = ProgrammeTime{std::chrono::milliseconds{29'150}},
         .length = std::chrono::milliseconds{1'950}},
};

constexpr double kFigureWidth = 640.0;
constexpr double kFigureHeight = 390.0;
constexpr picture::Area kFigure{78.0, 46.0, 620.0, 336.0};

std::unique_ptr<ClipProgramme> sample_of(audio::ProgrammeReader& demo) {
    return std::make_unique<ClipProgramme>(demo, kSample, "drums and voice");
}

std::string figure(const std::string& title, const auto& draw_into) {
    std::string svg;
    picture::begin_svg(svg, kFigureWidth, kFigureHeight, title);
    draw_into(svg);
    return svg + "</svg>\n";
}

class Gallery {
public:
    Gallery(const std::filesystem::path& folder, const CardsSettings& settings)
        : settings_(settings),
          assets_(folder / "assets"),
          library_(std::make_shared<const show::StateLibrary>()),
          bank_(std::make_shared<const dsp::GammatoneBank>()) {
        std::error_code error;
        std::filesystem::create_directories(assets_, error);
        if (error) {
            throw std::runtime_error("cannot make the folder " + assets_.string() + ": " +
                                     error.message());
        }
    }

    CardEntry write_state(const show::StateDefinition& state) {
        CardEntry entry{.card = state.card,
                        .audiogram_in_words = picture::audiogram_in_words(state.settings, 1.0),
                        .response_in_words = {}};
        const auto response =
            measure_response(state.settings, 1.0, bank_, settings_.calibration_db_spl);
        entry.response_in_words = picture::response_in_words(response);
        write_whole(assets_ / entry.audiogram_file(),
                    figure("Audiogram of " + state.card.label, [&](std::string& svg) {
                        picture::draw_audiogram(svg, kFigure, state.settings, 1.0);
                    }));
        write_whole(assets_ / entry.response_file(),
                    figure("Response of " + state.card.label, [&](std::string& svg) {
                        picture::draw_response(svg, kFigure, response);
                    }));
        write_sample(state.card.id, entry.sample_file());
        return entry;
    }

    void write_sample(const std::string& state, const std::string& file) {
        const RenderPlan plan = plan_of(show_of_state(library_, state, 1.0, "demo"), {},
                                        settings_.calibration_db_spl, sample_of(demo_));
        (void)render_file(
            plan, {.out = assets_ / file, .format = audio::WavFormat::s16, .stop = settings_.stop});
    }

    [[nodiscard]] const show::StateLibrary& library() const { return *library_; }

private:
    const CardsSettings& settings_;
    std::filesystem::path assets_;
    std::shared_ptr<const show::StateLibrary> library_;
    std::shared_ptr<const dsp::GammatoneBank> bank_;
    source::DemoProgramme demo_;
};

}  // namespace

std::size_t write_cards(const std::filesystem::path& folder, const CardsSettings& settings) {
    Gallery gallery(folder, settings);
    const auto states = gallery.library().states();
    Progress progress(settings.progress_out, settings.terminal,
                      Frames{static_cast<std::int64_t>(states.size())});
    gallery.write_sample("full", kSampleAsMixed);
    std::vector<CardEntry> entries;
    for (const show::StateDefinition& state : states) {
        entries.push_back(gallery.write_state(state));
        progress.show(Frames{static_cast<std::int64_t>(entries.size())});
    }
    progress.finish();
    write_whole(folder / "index.html", cards_page(entries));
    return entries.size();
}

}  // namespace earshot::tools
