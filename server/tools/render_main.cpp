// earshot-render: a show, or a sound file in one hearing state, into a file.
#include "server/tools/cards.hpp"
#include "server/tools/part_file.hpp"
#include "server/tools/progress.hpp"
#include "server/tools/render_file.hpp"
#include "server/tools/render_options.hpp"
#include "server/tools/render_plan.hpp"
#include "server/tools/render_plot.hpp"
#include "server/tools/stop_signal.hpp"

#include <unistd.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace earshot::tools {
namespace {

double calibration_of(const RenderOptions& options) {
    return options.calibration_db.value_or(kDefaultCalibrationDbSpl);
}

RenderPlan opened(const RenderOptions& options, const MeasuringProgress& measuring) {
    if (!options.show.empty()) {
        return plan_of(value_or_throw(show::load_show(options.show)), options.perspective,
                       calibration_of(options), measuring);
    }
    auto library = std::make_shared<show::StateLibrary>();
    std::string state = options.state;
    if (!options.state_file.empty()) {
        if (const auto wrong = library->add_files(std::array{options.state_file})) {
            throw std::runtime_error(wrong->text);
        }
        state = options.state_file.stem().string();
    }
    return plan_of(show_of_state(library, state, options.intensity, "file:" + options.in.string()),
                   {}, calibration_of(options), measuring);
}

/// What a film's states follow takes some 20 s to measure for two hours: seen, and to be stopped.
RenderPlan opened(const RenderOptions& options) {
    constexpr double kWhole = 10'000.0;
    Progress progress(std::cerr, isatty(STDERR_FILENO) != 0,
                      Frames{static_cast<std::int64_t>(kWhole)}, std::chrono::steady_clock::now,
                      "measuring the programme's levels");
    RenderPlan plan = opened(options, [&progress](double part) {
        if (stop_wanted()) {
            throw std::runtime_error("stopped; nothing was written");
        }
        progress.show(Frames{std::llround(part * kWhole)});
    });
    progress.finish();
    return plan;
}

/// A rendering must not replace what it is made of.
void refuse_overwriting(const RenderOptions& options) {
    for (const auto& out : {options.out, options.plot}) {
        for (const auto& in : {options.in, options.show, options.state_file}) {
            std::error_code missing;
            if (!out.empty() && !in.empty() && std::filesystem::equivalent(out, in, missing)) {
                throw std::runtime_error(out.string() + " is read; write to another file");
            }
        }
    }
    std::error_code error;
    if (!options.plot.empty() && std::filesystem::weakly_canonical(options.plot, error) ==
                                     std::filesystem::weakly_canonical(options.out, error)) {
        throw std::runtime_error("--out and --plot name the same file");
    }
}

void say_what_is_left_out(const RenderPlan& plan) {
    if (const std::size_t left = cues_by_hand(plan.show, plan.perspective); left > 0) {
        std::cerr << "earshot-render: " << left << (left == 1 ? " cue" : " cues")
                  << " by hand left out: nobody gives them here\n";
    }
}

int render(const RenderOptions& options) {
    refuse_overwriting(options);
    const RenderPlan plan = opened(options);
    say_what_is_left_out(plan);
    Progress progress(std::cerr, isatty(STDERR_FILENO) != 0, plan.length);
    auto facts = render_file(
        plan, {.out = options.out,
               .format = options.as_float ? audio::WavFormat::float32 : audio::WavFormat::s24,
               .limiting = options.no_limiter ? dsp::PeakLimiting::off : dsp::PeakLimiting::on,
               .measure = !options.plot.empty(),
               .progress = &progress,
               .stop = stop_wanted});
    const double took_s = progress.finish().count();
    const double length_s = std::chrono::duration<double>(plan.length).count();
    std::array<char, 96> figures{};
    std::snprintf(figures.data(), figures.size(), "%.1f s of sound in %.1f s, %.0f x real time",
                  length_s, took_s, length_s / took_s);
    std::cout << options.out.string() << ": " << figures.data() << '\n';
    if (facts) {
        write_whole(options.plot,
                    draw(picture_of(plan, std::move(*facts), calibration_of(options))));
        std::cout << options.plot.string() << ": before and after\n";
    }
    return 0;
}

int write_gallery(const RenderOptions& options) {
    const std::size_t states =
        write_cards(options.cards, {.calibration_db_spl = calibration_of(options),
                                    .progress_out = std::cerr,
                                    .terminal = isatty(STDERR_FILENO) != 0,
                                    .stop = stop_wanted});
    std::cout << (options.cards / "index.html").string() << ": " << states << " states\n";
    return 0;
}

}  // namespace
}  // namespace earshot::tools

int main(int argc, char** argv) {
    using namespace earshot::tools;
    const ParsedRenderOptions parsed = parse_render_options(argc, argv);
    if (parsed.exit_code >= 0) {
        return parsed.exit_code;
    }
    catch_stop_signals();
    try {
        return parsed.options.cards.empty() ? render(parsed.options)
                                            : write_gallery(parsed.options);
    } catch (const std::exception& error) {
        std::cerr << "earshot-render: " << error.what() << '\n';
        return 1;
    }
}
