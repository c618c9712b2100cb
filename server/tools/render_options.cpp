#include "server/tools/render_options.hpp"

#include "common/dsp/state/hearing_settings.hpp"

#include <CLI/CLI.hpp>

#include <string>

namespace earshot::tools {
namespace {

constexpr int kUsageError = 2;

void describe(CLI::App& cli, RenderOptions& options) {
    cli.set_version_flag("--version", std::string("earshot-render ") + EARSHOT_VERSION);
    cli.add_option("--show", options.show, "Show file (TOML) to render one perspective of")
        ->type_name("FILE");
    cli.add_option("--in", options.in, "Sound file to render in one state")->type_name("FILE");
    cli.add_option("--state", options.state, "With --in: a state's name, as in muffled_inner")
        ->type_name("NAME");
    cli.add_option("--state-file", options.state_file, "With --in: a state of your own (TOML)")
        ->type_name("FILE");
    cli.add_option("--intensity", options.intensity, "With --in: how much of the state, 0 to 1")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    cli.add_option("--out", options.out, "WAV file to write: 48 kHz, stereo, 24 bits")
        ->type_name("FILE");
    cli.add_option("--perspective", options.perspective,
                   "With --show: which one; else the show's default")
        ->type_name("NAME");
    cli.add_option("--plot", options.plot, "Also draw before and after into this SVG file")
        ->type_name("FILE");
    cli.add_flag("--float", options.as_float, "Write 32-bit floats: the chain's very output");
    cli.add_flag("--no-limiter", options.no_limiter,
                 "Leave peaks as they are (for measurements; may be loud)");
    cli.add_option("--calibration-db", options.calibration_db,
                   "dB SPL of full scale (rms 1.0) for states that do not say their own: 100")
        ->check(CLI::Range(dsp::kCalibrationDb.lowest, dsp::kCalibrationDb.highest));
    cli.add_option("--cards", options.cards,
                   "Instead: write a gallery of all states into this folder")
        ->type_name("FOLDER");
    cli.footer(
        "Cues by hand do not happen here. Exit: 0 fine, 1 failed, 2 wrong usage.\n"
        "  earshot-render --in film.flac --state muffled_inner --out muffled.wav --plot "
        "muffled.svg\n"
        "  earshot-render --show show.toml --perspective subjective --out film.wav");
    cli.failure_message([](const CLI::App*, const CLI::Error& error) {
        return std::string("earshot-render: ") + error.what() + " (see --help)\n";
    });
}

bool renders(const RenderOptions& options) {
    return !(options.show.empty() && options.in.empty() && options.state.empty() &&
             options.state_file.empty() && options.out.empty() && options.plot.empty() &&
             options.perspective.empty());
}

/// What is wrong with options that are right one by one; empty if nothing.
std::string contradiction(const RenderOptions& options, bool intensity_given) {
    const bool by_show = !options.show.empty();
    const bool by_file = !options.in.empty();
    const bool names_state = !options.state.empty() || !options.state_file.empty();
    if (!options.cards.empty()) {
        return renders(options) || options.no_limiter || options.as_float || intensity_given
                   ? "--cards goes with no other option but --calibration-db"
                   : "";
    }
    if (by_show == by_file) {
        return "say one of --show, --in and --cards";
    }
    if (by_file && options.state.empty() == options.state_file.empty()) {
        return "--in needs one of --state and --state-file";
    }
    if (by_show && (names_state || intensity_given)) {
        return "a show says its own states: --state, --state-file and --intensity go with --in";
    }
    if (by_file && !options.perspective.empty()) {
        return "--perspective goes with --show";
    }
    return options.out.empty() ? "say with --out which WAV file to write" : "";
}

}  // namespace

ParsedRenderOptions parse_render_options(int argc, const char* const* argv) {
    RenderOptions options;
    CLI::App cli{
        "Renders a show, or a sound file in one hearing state, into a file: what a listener of the "
        "server would hear.",
        "earshot-render"};
    describe(cli, options);
    try {
        cli.parse(argc, argv);
        const bool intensity_given = cli.count("--intensity") > 0;
        if (const std::string wrong = contradiction(options, intensity_given); !wrong.empty()) {
            throw CLI::ValidationError(wrong);
        }
    } catch (const CLI::ParseError& error) {
        return {.options = {}, .exit_code = cli.exit(error) == 0 ? 0 : kUsageError};
    }
    return {.options = std::move(options)};
}

}  // namespace earshot::tools
