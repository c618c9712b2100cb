#include "common/dsp/overlay/temporary_shift.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace earshot::dsp {
namespace {

constexpr double kEntrySeconds = 0.1;
constexpr double kGrowthSeconds = 2.0 * 3600.0;
constexpr double kRecoverySeconds = 8.0 * 3600.0;
constexpr double kHarmlessDbSpl = 78.0;
constexpr double kAsymptoteSlope = 1.7;
constexpr double kFullShareDb = 25.0;

void check(const TemporaryShiftSettings& settings) {
    const auto in = [](double x, double low, double high) { return x >= low && x <= high; };
    if (!in(settings.kappa, 1.0, 10'000.0) || !in(settings.calibration_db_spl, 70.0, 130.0) ||
        !in(settings.exposure_db, -20.0, 40.0)) {
        throw std::invalid_argument("temporary threshold shift settings out of range");
    }
}

}  // namespace

TemporaryShift::TemporaryShift(const TemporaryShiftSettings& settings, std::int64_t first_entry)
    : settings_(settings),
      first_entry_(first_entry),
      next_entry_(first_entry),
      keep_growing_(std::exp(-settings.kappa * kEntrySeconds / kGrowthSeconds)),
      keep_fading_(std::exp(-settings.kappa * kEntrySeconds / kRecoverySeconds)),
      rows_(1) {
    check(settings);
}

void TemporaryShift::take(const ProgrammeLevels::Entry& entry) noexcept {
    const double to_spl = settings_.calibration_db_spl + settings_.exposure_db;
    for (std::size_t ear = 0; ear < entry.size(); ++ear) {
        // Most of a film is harmless, and needs no look at each frequency.
        const auto loudest = static_cast<double>(*std::ranges::max_element(entry[ear]));
        const bool harmless = loudest + to_spl <= kHarmlessDbSpl;
        for (std::size_t k = 0; k < kFrequencies; ++k) {
            const double driver = kFrequenciesHz[k] / std::numbers::sqrt2;
            const double level =
                harmless ? 0.0 : ProgrammeLevels::octave_dbfs(entry[ear], driver) + to_spl;
            const double asymptote = kAsymptoteSlope * std::max(0.0, level - kHarmlessDbSpl);
            double& shift = now_[ear][k];
            shift = asymptote > shift ? asymptote + (shift - asymptote) * keep_growing_
                                      : std::max(asymptote, shift * keep_fading_);
            shift = std::min(shift, kMostDb);
        }
    }
}

void TemporaryShift::extend(const ProgrammeLevels& levels) {
    ProgrammeLevels::Entry silence;
    silence.front().fill(ProgrammeLevels::kFloorDbfs);
    silence.back() = silence.front();
    for (; next_entry_ < levels.end_entry();) {
        take(next_entry_ < levels.first_entry ? silence : levels.at(next_entry_));
        ++next_entry_;
        if ((next_entry_ - first_entry_) % kEntriesOfRow == 0) {
            rows_.push_back(now_);
        }
    }
}

TemporaryShift::Shift TemporaryShift::at(std::size_t ear, std::int64_t position) const noexcept {
    constexpr std::int64_t kRow = kEntriesOfRow * ProgrammeLevels::kPeriod;
    const std::int64_t past =
        std::max<std::int64_t>(0, position - first_entry_ * ProgrammeLevels::kPeriod);
    const auto last = rows_.size() - 1;
    const std::size_t below = std::min(static_cast<std::size_t>(past / kRow), last);
    const std::size_t above = std::min(below + 1, last);
    const double u = static_cast<double>(past % kRow) / kRow;
    Shift shift;
    for (std::size_t k = 0; k < kFrequencies; ++k) {
        shift[k] = (1.0 - u) * rows_[below][ear][k] + u * rows_[above][ear][k];
    }
    return shift;
}

double TemporaryShift::share(const Shift& shift) noexcept {
    double most = 0.0;
    for (std::size_t k = 0; k < kFrequencies; ++k) {
        if (kFrequenciesHz[k] >= 3000.0 && kFrequenciesHz[k] <= 6000.0) {
            most = std::max(most, shift[k]);
        }
    }
    return std::min(1.0, most / kFullShareDb);
}

}  // namespace earshot::dsp
