#include "common/dsp/audiogram.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace earshot::dsp {
namespace {

constexpr double kLowestHz = 20.0;
constexpr double kHighestHz = 20'000.0;
constexpr double kLowestDb = -20.0;
constexpr double kHighestDb = 130.0;

constexpr std::size_t kStandardPoints = 10;
constexpr std::array<double, kStandardPoints> kStandardHz = {250,   375,   500,   750,   1'000,
                                                             1'500, 2'000, 3'000, 4'000, 6'000};

struct Standard {
    std::string_view name;
    std::array<double, kStandardPoints> db;
};

// clang-format off
constexpr std::array<Standard, 10> kStandards = {{
    {"N1", {10, 10, 10, 10, 10, 10, 15, 20, 30, 40}},
    {"N2", {20, 20, 20, 22.5, 25, 30, 35, 40, 45, 50}},
    {"N3", {35, 35, 35, 35, 40, 45, 50, 55, 60, 65}},
    {"N4", {55, 55, 55, 55, 55, 60, 65, 70, 75, 80}},
    {"N5", {65, 67.5, 70, 72.5, 75, 80, 80, 80, 80, 80}},
    {"N6", {75, 77.5, 80, 82.5, 85, 90, 90, 95, 100, 100}},
    {"N7", {90, 92.5, 95, 100, 105, 105, 105, 105, 105, 105}},
    {"S1", {10, 10, 10, 10, 10, 10, 15, 30, 55, 70}},
    {"S2", {20, 20, 20, 22.5, 25, 35, 55, 75, 95, 95}},
    {"S3", {30, 30, 35, 47.5, 60, 70, 75, 80, 80, 85}},
}};
// clang-format on

bool within(double value, double least, double most) noexcept {
    return value >= least && value <= most;  // false for what is not a number
}

Failure out_of_range(std::size_t index, const std::string& what) {
    return {Errc::out_of_range, "audiogram, point " + std::to_string(index + 1) + ": " + what};
}

}  // namespace

Expected<Audiogram> Audiogram::make(std::span<const AudiogramPoint> points, Axis axis) {
    if (points.empty() || points.size() > kMostPoints) {
        return Failure{Errc::too_many, "audiogram: expected 1 to 24 points, found " +
                                           std::to_string(points.size())};
    }
    Audiogram result;
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (!within(points[i].hz, kLowestHz, kHighestHz)) {
            return out_of_range(i, "expected a frequency from 20 to 20000 Hz");
        }
        if (!within(points[i].db, kLowestDb, kHighestDb)) {
            return out_of_range(i, "expected a level from -20 to 130 dB");
        }
        if (i > 0 && points[i].hz <= points[i - 1].hz) {
            return out_of_range(i, "expected a frequency above the one before");
        }
        result.points_[i] = points[i];
    }
    result.count_ = points.size();
    result.axis_ = axis;
    return result;
}

Audiogram Audiogram::flat(double db) noexcept {
    Audiogram result;
    result.points_[0].db = std::clamp(db, kLowestDb, kHighestDb);
    return result;
}

double Audiogram::at(double hz) const noexcept {
    const auto known = points();
    const auto above = std::upper_bound(
        known.begin(), known.end(), hz,
        [](double frequency, const AudiogramPoint& point) { return frequency < point.hz; });
    if (above == known.begin()) {
        return known.front().db;
    }
    if (above == known.end()) {
        return known.back().db;
    }
    const AudiogramPoint& low = *(above - 1);
    const AudiogramPoint& high = *above;
    const double t = axis_ == Axis::log_hz ? std::log(hz / low.hz) / std::log(high.hz / low.hz)
                                           : (hz - low.hz) / (high.hz - low.hz);
    return low.db + t * (high.db - low.db);
}

std::optional<Audiogram> standard_audiogram(std::string_view name, Audiogram::Axis axis) {
    const auto* const found =
        std::find_if(kStandards.begin(), kStandards.end(),
                     [name](const Standard& standard) { return standard.name == name; });
    if (found == kStandards.end()) {
        return std::nullopt;
    }
    std::array<AudiogramPoint, kStandardPoints> points{};
    for (std::size_t i = 0; i < kStandardPoints; ++i) {
        points[i] = {kStandardHz[i], found->db[i]};
    }
    return Audiogram::make(points, axis).value();
}

}  // namespace earshot::dsp
