#include "common/show/show.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <span>
#include <string>

namespace earshot::show {
namespace {

/// A film frame rate as a ratio, and the whole number its time code counts to.
struct FilmRate {
    double fps;
    std::int64_t numerator;
    std::int64_t denominator;
    int counts_to;
};

// SMPTE ST 12-1: the NTSC family runs at 1000/1001 of its nominal rate.
constexpr std::array<FilmRate, 5> kFilmRates{{
    {23.976, 24'000, 1'001, 24},
    {24.0, 24, 1, 24},
    {25.0, 25, 1, 25},
    {29.97, 30'000, 1'001, 30},
    {30.0, 30, 1, 30},
}};

[[nodiscard]] const FilmRate* find_rate(double fps) {
    for (const FilmRate& rate : kFilmRates) {
        if (std::abs(rate.fps - fps) < 0.001) {
            return &rate;
        }
    }
    return nullptr;
}

/// True if text has the pattern's shape: 'd' stands for a digit, the rest for itself.
[[nodiscard]] bool has_shape(std::string_view text, std::string_view pattern) {
    if (text.size() != pattern.size()) {
        return false;
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool digit = text[i] >= '0' && text[i] <= '9';
        if (pattern[i] == 'd' ? !digit : text[i] != pattern[i]) {
            return false;
        }
    }
    return true;
}

[[nodiscard]] int digits(std::string_view text, std::size_t at, std::size_t count) {
    int value = 0;
    for (const char c : text.substr(at, count)) {
        value = value * 10 + (c - '0');
    }
    return value;
}

[[nodiscard]] Failure bad_time(Errc code, std::string_view text, const std::string& expected) {
    return {code, "time \"" + std::string(text.substr(0, 40)) + "\": " + expected};
}

}  // namespace

bool is_film_rate(double fps) noexcept {
    return find_rate(fps) != nullptr;
}

Expected<ProgrammeTime> parse_programme_time(std::string_view text, std::optional<double> fps) {
    const bool in_milliseconds = has_shape(text, "dd:dd:dd.ddd");
    const bool in_film_frames = has_shape(text, "dd:dd:dd:dd");
    if (has_shape(text, "dd:dd:dd;dd")) {
        return bad_time(Errc::bad_value, text,
                        "drop-frame time code (with ';') is not read; expected non-drop "
                        "\"HH:MM:SS:FF\" or \"HH:MM:SS.mmm\"");
    }
    if (!in_milliseconds && !in_film_frames) {
        return bad_time(Errc::bad_value, text,
                        "expected \"HH:MM:SS.mmm\", or \"HH:MM:SS:FF\" with fps under [programme]");
    }
    const int hours = digits(text, 0, 2);
    const int minutes = digits(text, 3, 2);
    const int seconds = digits(text, 6, 2);
    if (hours > 23 || minutes > 59 || seconds > 59) {
        return bad_time(Errc::out_of_range, text,
                        "expected hours 00 to 23, minutes and seconds 00 to 59");
    }
    const std::int64_t whole_seconds = (hours * 60 + minutes) * 60 + seconds;
    if (in_milliseconds) {
        const std::int64_t ms = whole_seconds * 1000 + digits(text, 9, 3);
        return ProgrammeTime{Frames{ms * (kSampleRateHz / 1000)}};
    }
    if (!fps) {
        return bad_time(Errc::bad_value, text, "film frames need fps under [programme]");
    }
    const FilmRate* rate = find_rate(*fps);
    if (rate == nullptr) {
        return bad_time(Errc::out_of_range, text, "expected fps 23.976, 24, 25, 29.97 or 30");
    }
    const int film_frame = digits(text, 9, 2);
    if (film_frame >= rate->counts_to) {
        return bad_time(Errc::out_of_range, text,
                        "expected film frames 00 to " + std::to_string(rate->counts_to - 1));
    }
    // Non-drop: the label counts every film frame, so at 29.97 "00:00:10:00" is 10.01 s.
    const std::int64_t film_frames = whole_seconds * rate->counts_to + film_frame;
    const std::int64_t scaled = film_frames * kSampleRateHz * rate->denominator;
    return ProgrammeTime{Frames{(scaled + rate->numerator / 2) / rate->numerator}};
}

std::string format_programme_time(ProgrammeTime time) {
    // Rounded to the nearest millisecond, so that what was read is written the same.
    constexpr std::int64_t kFramesPerMs = kSampleRateHz / 1000;
    const std::int64_t frames = time.time_since_epoch().count();
    const std::int64_t magnitude = frames < 0 ? -(frames / kFramesPerMs) : frames / kFramesPerMs;
    const std::int64_t rest = std::abs(frames % kFramesPerMs);
    const std::int64_t ms = magnitude + (rest * 2 >= kFramesPerMs ? 1 : 0);
    std::array<char, 64> text{};
    const int length = std::snprintf(
        text.data(), text.size(), "%s%02lld:%02d:%02d.%03d", frames < 0 && ms > 0 ? "-" : "",
        static_cast<long long>(ms / 3'600'000), static_cast<int>(ms / 60'000 % 60),
        static_cast<int>(ms / 1000 % 60), static_cast<int>(ms % 1000));
    return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace earshot::show
