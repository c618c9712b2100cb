#pragma once

#include "common/base/errc.hpp"
#include "common/base/time.hpp"
#include "common/dsp/chain/transition.hpp"
#include "common/dsp/state/hearing_settings.hpp"
#include "common/show/webvtt.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::show {

/// Largest show file, and most of what one may hold.
inline constexpr std::size_t kMaxShowBytes = 1024 * 1024;
inline constexpr std::size_t kMaxCues = 2000;
inline constexpr std::size_t kMaxPerspectives = 8;  ///< `objective` included.
inline constexpr std::size_t kMaxLayers = dsp::kLayers - 1;
inline constexpr std::size_t kMaxCaptionTracks = 16;
/// Shortest fade of a cue flagged `sudden`; of others dsp::kShortestFade.
inline constexpr std::chrono::milliseconds kShortestSuddenFade{30};

/// The perspective every show has: full hearing, what PANIC and exit lead to.
inline constexpr std::string_view kObjective = "objective";

class StateLibrary;

/// A stem that is heard beside the mix, frame by frame.
struct Layer {
    dsp::LayerName name = dsp::LayerName::dialogue;  ///< Not mix: that is the source.
    std::filesystem::path file;
};

/// Where the programme's sound comes from.
struct Programme {
    std::string
        source;  ///< A SPEC: "file:concert.flac", "demo", "tone", "fifo:/run/x" (paths resolved).
    std::vector<Layer> layers;  ///< Stems beside the source, each name once.
    double gain_db = 0.0;       ///< The one constant gain before the chain, -40 to +12.
    std::optional<double> fps;  ///< Film frames per second, for cue times with frames.

    /// The source, which is the mix, and the stems.
    [[nodiscard]] std::vector<dsp::LayerName> layer_names() const;
};

struct Perspective {
    std::string id;
    std::string title;
    std::string state = "full";  ///< In force before the first cue.
    double intensity = 1.0;
};

struct Cue {
    std::string number;  ///< A string: "12.5A". Unique.
    std::string name;
    std::optional<ProgrammeTime> at;  ///< Nothing: by hand.
    std::string perspective;
    std::string state;
    double intensity = 1.0;  ///< 0 to 1.
    std::chrono::milliseconds fade{250};
    dsp::FadeCurve curve = dsp::FadeCurve::quintic;
    bool sudden = false;
    std::string caption;  ///< Empty: the state's own.
    std::string note;
};

/// The film's words in one language.
struct CaptionTrack {
    std::string language;  ///< A tag of BCP 47: "en", "pt-BR". Each once.
    std::string label;     ///< How the language calls itself: "English". Else the tag.
    std::vector<Caption> captions;
};

/// A show file, validated.
struct Show {
    std::shared_ptr<const StateLibrary> states;  ///< Presets and the show's own; never null.
    std::string title;
    std::string rights;          ///< Who permits this use of the sound; mandatory.
    std::string content_notice;  ///< Mandatory when a cue is sudden.
    Programme programme;
    std::vector<Perspective> perspectives;  ///< objective always among them, first.
    std::string default_perspective;        ///< What a listener gets who does not choose.
    std::vector<Cue> cues;                  ///< By time; those by hand after them, in file order.
    std::vector<CaptionTrack>
        captions;  ///< In file order: the first is shown unless another is chosen.
};

/// Reads and validates a show (TOML). Every error names file, line and what was expected;
/// unknown keys are errors with a suggestion.
[[nodiscard]] Expected<Show> load_show(const std::filesystem::path& file);
/// The same from text; `name` stands for the file in errors, `folder` resolves relative paths.
[[nodiscard]] Expected<Show> parse_show(std::string_view toml,
                                        std::string_view name,
                                        const std::filesystem::path& folder);

/// The show made for a source that has none: `objective` alone, no cues.
[[nodiscard]] Show show_for_source(std::string_view source);

/// Reads "HH:MM:SS.mmm" or, with fps, "HH:MM:SS:FF". Fails with Errc::bad_value or out_of_range.
[[nodiscard]] Expected<ProgrammeTime> parse_programme_time(std::string_view text,
                                                           std::optional<double> fps);
/// "HH:MM:SS.mmm", to the nearest millisecond.
[[nodiscard]] std::string format_programme_time(ProgrammeTime time);
/// True for 23.976, 24, 25, 29.97 and 30 (time code is always read as non-drop).
[[nodiscard]] bool is_film_rate(double fps) noexcept;

/// A few lines for `--check-config`: title, source, perspectives, number and span of the cues.
[[nodiscard]] std::string describe(const Show& show);

}  // namespace earshot::show
