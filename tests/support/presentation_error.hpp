#pragma once

#include "tests/support/media_reference.hpp"
#include "tests/support/recording.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace earshot::test {

/// The server's media clock as it tells it, for proof from outside.
struct MediaEpoch {
    std::int64_t raw_ns = 0;  ///< CLOCK_MONOTONIC_RAW at media time 0.

    [[nodiscard]] double due_raw_ns(double media) const noexcept {
        return static_cast<double>(raw_ns) + media * (1e9 / 48'000.0);
    }
    [[nodiscard]] double media_at(double at_raw_ns) const noexcept {
        return (at_raw_ns - static_cast<double>(raw_ns)) * (48'000.0 / 1e9);
    }
};

struct ErrorSettings {
    double window_s = 0.1;
    double step_s = 0.25;
    std::int64_t from_media = 0;  ///< Frames; earlier ones are not looked at.
    std::int64_t to_media = INT64_MAX;
    int search_frames = 960;  ///< 20 ms to both sides.
    double min_correlation = 0.98;
    double min_rms = 1e-3;  ///< -60 dBFS; what is quieter is not measured.
};

/// One window of a recording found in the reference.
struct WindowError {
    double media = 0.0;     ///< The window's first frame, as the reference has it.
    double error_us = 0.0;  ///< When it sounded minus when it was due; positive is late.
    double correlation = 0.0;
    double gain = 0.0;
};

struct ErrorReport {
    std::vector<WindowError> windows;
    int quiet = 0;      ///< Windows too quiet to measure.
    int switching = 0;  ///< Windows near a change of epoch, where two sounds cross-fade.
    int not_found = 0;  ///< Loud enough, and yet not where they should be.

    /// Of the absolute error; infinite if no window was measured.
    [[nodiscard]] double quantile_us(double q) const;
    [[nodiscard]] double p50_us() const { return quantile_us(0.5); }
    [[nodiscard]] double p99_us() const { return quantile_us(0.99); }
    [[nodiscard]] double max_us() const { return quantile_us(1.0); }
};

/// Compares when each piece of a recording sounded, by the injected clock, with when it was due.
/// Takes nothing from the listener but its sound.
[[nodiscard]] ErrorReport measure_presentation_error(const Recording& recording,
                                                     const MediaReference& reference,
                                                     const MediaEpoch& epoch,
                                                     const ErrorSettings& settings = {});

struct DepartureSettings {
    std::int64_t from_media = 0;  ///< The reference still holds here.
    std::int64_t to_media = 0;
    double align_s = 0.1;  ///< Length of the piece before from_media that is aligned.
    /// Least difference that counts, -60 dBFS; at least twice what the piece that is aligned
    /// differs by.
    double threshold = 1e-3;
    double min_correlation = 0.98;  ///< Of the piece that is aligned.
    /// The schedule with the change: a frame that is not at least twice as near to it is no
    /// departure, but sound that the alignment misses by. Null: every difference counts.
    const MediaReference* with = nullptr;
};

/// Where a recording stops being the reference.
struct Departure {
    double media = 0.0;       ///< The reference's frame, counted along the recorded sound.
    double sounded_us = 0.0;  ///< When that frame sounded minus when it was due.
    double threshold = 0.0;   ///< The difference that counted.
};

/// The first frame at which a recording departs from a reference (the same schedule without one
/// change, say).
/// @return nothing if it does not, or the piece before is not the reference.
[[nodiscard]] std::optional<Departure> find_departure(const Recording& recording,
                                                      const MediaReference& reference,
                                                      const MediaEpoch& epoch,
                                                      const DepartureSettings& settings);

/// Where a recording may depart at the earliest and the latest, if it plays `with`: what is twice
/// as near to it is half the threshold from `without`; three times the threshold cannot be missed.
struct DepartureWindow {
    std::int64_t first = 0;
    std::int64_t last = 0;

    [[nodiscard]] bool holds(double media) const noexcept {
        return media >= static_cast<double>(first) - 1.0 &&
               media <= static_cast<double>(last) + 1.0;
    }
};
/// @return nothing if the two do not differ by so much.
[[nodiscard]] std::optional<DepartureWindow> departure_window(const MediaReference& with,
                                                              const MediaReference& without,
                                                              std::int64_t from_media,
                                                              double threshold);

}  // namespace earshot::test
