#include "tests/support/presentation_error.hpp"

#include "tests/support/align.hpp"
#include "tests/support/sinc_reader.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

namespace earshot::test {
namespace {

double rms(std::span<const float> signal) {
    double sum = 0.0;
    for (const float sample : signal) {
        sum += static_cast<double>(sample) * static_cast<double>(sample);
    }
    return signal.empty() ? 0.0 : std::sqrt(sum / static_cast<double>(signal.size()));
}

/// Louder of the two channels: a show may leave one ear silent.
std::size_t louder_channel(const Audio& audio, std::size_t first, std::size_t frames) {
    if (audio.channels.size() < 2) {
        return 0;
    }
    return rms(audio.channel(1).subspan(first, frames)) >
                   rms(audio.channel(0).subspan(first, frames))
               ? 1
               : 0;
}

/// Within 50 ms before a change of epoch to 100 ms after it.
bool near_switch(const MediaReference& reference, double media, double frames) {
    return std::any_of(reference.switches.begin(), reference.switches.end(), [&](std::int64_t at) {
        const auto change = static_cast<double>(at);
        return media + frames > change - 2'400.0 && media < change + 4'800.0;
    });
}

/// A window of a recording laid over the reference by its clock.
struct Laid {
    double expected = 0.0;  ///< Reference index of the window's first frame.
    double ratio = 1.0;     ///< Reference frames per recorded frame.
};

Laid lay(const Recording& recording,
         const MediaReference& reference,
         const MediaEpoch& epoch,
         std::size_t first,
         std::size_t frames) {
    const double start = epoch.media_at(recording.raw_ns(static_cast<double>(first)));
    const double end = epoch.media_at(recording.raw_ns(static_cast<double>(first + frames)));
    return {start - static_cast<double>(reference.first_media),
            (end - start) / static_cast<double>(frames)};
}

/// Reference frames per recorded frame, as it is played: a listener that still corrects its device
/// plays at another rate than its clock's. Measured from the piece before to the one found.
double played_ratio(std::span<const float> sound,
                    std::size_t first,
                    std::size_t frames,
                    std::span<const float> reference,
                    const Alignment& found,
                    double ratio,
                    double min_correlation) {
    if (first < frames) {
        return ratio;
    }
    const auto before = align(sound.subspan(first - frames, frames), reference,
                              found.position - ratio * static_cast<double>(frames),
                              {48, ratio, 1e-4, min_correlation});
    return before ? (found.position - before->position) / static_cast<double>(frames) : ratio;
}

}  // namespace

double ErrorReport::quantile_us(double q) const {
    if (windows.empty()) {
        return std::numeric_limits<double>::infinity();
    }
    std::vector<double> errors;
    for (const WindowError& window : windows) {
        errors.push_back(std::abs(window.error_us));
    }
    std::sort(errors.begin(), errors.end());
    // Nearest rank, upwards: with fewer than 100 windows p99 is the largest.
    const double rank = std::ceil(q * static_cast<double>(errors.size()));
    return errors[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

ErrorReport measure_presentation_error(const Recording& recording,
                                       const MediaReference& reference,
                                       const MediaEpoch& epoch,
                                       const ErrorSettings& settings) {
    ErrorReport report;
    const auto frames = static_cast<std::size_t>(settings.window_s * 48'000.0);
    const auto step = static_cast<std::size_t>(settings.step_s * 48'000.0);
    const auto total = static_cast<std::size_t>(recording.frames());
    const auto from = std::max(settings.from_media, reference.first_media + settings.search_frames);
    const auto to = std::min(settings.to_media, reference.end_media() - settings.search_frames);
    for (std::size_t first = 0; first + frames <= total; first += step) {
        const Laid laid = lay(recording, reference, epoch, first, frames);
        const double media = laid.expected + static_cast<double>(reference.first_media);
        if (media < static_cast<double>(from) ||
            media + static_cast<double>(frames) > static_cast<double>(to)) {
            continue;
        }
        if (near_switch(reference, media, static_cast<double>(frames))) {
            ++report.switching;
            continue;
        }
        const auto expected_at = static_cast<std::size_t>(laid.expected);
        const std::size_t channel = louder_channel(reference.audio, expected_at, frames);
        const auto due = reference.audio.channel(channel).subspan(expected_at, frames);
        const auto window = recording.audio()
                                .channel(std::min(channel, recording.audio().channels.size() - 1))
                                .subspan(first, frames);
        if (rms(due) < settings.min_rms) {
            ++report.quiet;  // and if something else sounds there, its neighbours will not be found
            continue;
        }
        const auto found = align(
            window, reference.audio.channel(channel), laid.expected,
            {settings.search_frames, laid.ratio, settings.min_rms * 0.1, settings.min_correlation});
        if (!found) {
            ++report.not_found;
            continue;
        }
        const double position = found->position + static_cast<double>(reference.first_media);
        report.windows.push_back({position, (laid.expected - found->position) * (1e6 / 48'000.0),
                                  found->correlation, found->gain});
    }
    return report;
}

std::optional<Departure> find_departure(const Recording& recording,
                                        const MediaReference& reference,
                                        const MediaEpoch& epoch,
                                        const DepartureSettings& settings) {
    const auto frames = static_cast<std::size_t>(settings.align_s * 48'000.0);
    const double start_frame =
        recording.frame_at(epoch.due_raw_ns(static_cast<double>(settings.from_media))) -
        static_cast<double>(frames);
    if (start_frame < 0.0) {
        return std::nullopt;
    }
    const auto first = static_cast<std::size_t>(start_frame);
    if (first + frames > static_cast<std::size_t>(recording.frames())) {
        return std::nullopt;
    }
    const Laid laid = lay(recording, reference, epoch, first, frames);
    std::optional<Departure> earliest;
    for (std::size_t channel = 0; channel < recording.audio().channels.size(); ++channel) {
        const auto sound = recording.audio().channel(channel);
        const auto found = align(sound.subspan(first, frames), reference.audio.channel(channel),
                                 laid.expected, {960, laid.ratio, 1e-4, settings.min_correlation});
        if (!found) {
            continue;
        }
        const double ratio = played_ratio(sound, first, frames, reference.audio.channel(channel),
                                          *found, laid.ratio, settings.min_correlation);
        const auto position_of = [&](std::size_t n) {
            return found->position + ratio * static_cast<double>(n - first);
        };
        const auto difference = [&](std::size_t n) {
            const double expected =
                found->gain * sinc_value(reference.audio.channel(channel), position_of(n));
            return std::abs(static_cast<double>(sound[n]) - expected);
        };
        const auto is_changed = [&](std::size_t n) {
            if (settings.with == nullptr) {
                return true;
            }
            const double position =
                position_of(n) +
                static_cast<double>(reference.first_media - settings.with->first_media);
            const double expected =
                found->gain * sinc_value(settings.with->audio.channel(channel), position);
            return 2.0 * std::abs(static_cast<double>(sound[n]) - expected) <= difference(n);
        };
        double threshold = settings.threshold;
        for (std::size_t n = first; n < first + frames; ++n) {
            threshold = std::max(threshold, 2.0 * difference(n));
        }
        for (std::size_t n = first + frames; n < sound.size(); ++n) {
            const double media = position_of(n) + static_cast<double>(reference.first_media);
            if (media >= static_cast<double>(settings.to_media) ||
                (earliest && media >= earliest->media)) {
                break;
            }
            if (difference(n) > threshold && is_changed(n)) {
                const double sounded = recording.raw_ns(static_cast<double>(n));
                earliest = Departure{media, (sounded - epoch.due_raw_ns(media)) * 1e-3, threshold};
                break;
            }
        }
    }
    return earliest;
}

std::optional<DepartureWindow> departure_window(const MediaReference& with,
                                                const MediaReference& without,
                                                std::int64_t from_media,
                                                double threshold) {
    const DepartureWindow window{
        first_difference(with, without, from_media, static_cast<float>(0.5 * threshold)),
        first_difference(with, without, from_media, static_cast<float>(3.0 * threshold))};
    if (window.last < 0) {
        return std::nullopt;
    }
    return window;
}

}  // namespace earshot::test
