#pragma once

#include "tests/support/presentation_error.hpp"
#include "tests/support/sinc_reader.hpp"

#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

namespace earshot::test {

/// A listener as the estimators see it: a device with its own crystal that plays a reference with a
/// known error.
struct SyntheticListener {
    double ppm = 0.0;               ///< The device runs fast by this.
    std::int64_t start_raw_ns = 0;  ///< When its first frame sounds.
    double seconds = 4.0;
    std::function<double(double)> error_us = [](double) { return 0.0; };  ///< Of media time in s.
};

inline Recording play(const SyntheticListener& listener,
                      const MediaReference& reference,
                      const MediaEpoch& epoch) {
    const double frame_ns = 1e9 / 48'000.0 / (1.0 + listener.ppm * 1e-6);
    const auto frames = static_cast<std::size_t>(listener.seconds * 48'000.0);
    Audio audio{48'000, {2, std::vector<float>(frames)}};
    std::vector<Recording::Mark> marks;
    for (std::size_t n = 0; n < frames; ++n) {
        const double raw =
            static_cast<double>(listener.start_raw_ns) + static_cast<double>(n) * frame_ns;
        if (n % 480 == 0) {
            marks.push_back({static_cast<std::int64_t>(n), std::llround(raw)});
        }
        const double media = epoch.media_at(raw);
        const double late_frames = listener.error_us(media / 48'000.0) * 48e-3;
        const double at = media - late_frames - static_cast<double>(reference.first_media);
        for (std::size_t channel = 0; channel < 2; ++channel) {
            audio.channels[channel][n] =
                static_cast<float>(sinc_value(reference.audio.channel(channel), at));
        }
    }
    return {std::move(audio), std::move(marks), listener.ppm};
}

}  // namespace earshot::test
