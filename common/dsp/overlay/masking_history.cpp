#include "common/dsp/overlay/masking_history.hpp"

#include "common/base/assert.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace earshot::dsp {
namespace {

constexpr double kEntrySeconds = 0.1;
constexpr double kDeepestMaskingDb = 40.0;
constexpr double kMaskingBeginsDb = 5.0;
constexpr double kMaskingRangeDb = 10.0;
constexpr double kMaskerOnDb = 10.0;
constexpr double kMaskingSeconds = 0.5;
constexpr double kLongestGapSeconds = 0.5;
constexpr double kInhibitionSeconds = 15.0;
constexpr double kLeastMaskerSeconds = 10.0;
constexpr double kFullMaskerFactor = 6.0;
constexpr double kLeastShare = 0.01;
constexpr double kMostDbAnEntry = 8.0;

/// A level as a hearing with a loss hears it (HEARING 1.4).
double heard_db_spl(double level_db_spl, double loss_db) noexcept {
    const double catch_up = std::max(105.0, loss_db + 20.0);
    if (loss_db <= 0.0 || level_db_spl >= catch_up) {
        return level_db_spl;
    }
    const double ratio = catch_up / (catch_up - loss_db);
    return level_db_spl + (ratio - 1.0) * (level_db_spl - catch_up);
}

/// How much a masker takes away at a level over the tinnitus; smooth and monotone.
double masking_db(double over_db) noexcept {
    const double u = std::clamp((over_db - kMaskingBeginsDb) / kMaskingRangeDb, 0.0, 1.0);
    return kDeepestMaskingDb * u * u * (3.0 - 2.0 * u);
}

double depth_after(double masker_s) noexcept {
    if (masker_s <= kLeastMaskerSeconds) {
        return 0.0;
    }
    return std::min(1.0, std::log(masker_s / kLeastMaskerSeconds) / std::log(kFullMaskerFactor));
}

void check(const MaskingSettings& settings) {
    const auto in = [](double x, double low, double high) { return x >= low && x <= high; };
    const auto all_in = [&in](const auto& values, double low, double high) {
        return std::all_of(values.begin(), values.end(),
                           [&](double value) { return in(value, low, high); });
    };
    if (!all_in(settings.hearing_loss_db, 0.0, 120.0) ||
        !all_in(settings.attenuation_db, -12.0, 200.0) || !in(settings.kappa, 1.0, 1'000.0) ||
        !in(settings.calibration_db_spl, 70.0, 130.0)) {
        throw std::invalid_argument("masking settings out of range");
    }
}

}  // namespace

MaskingHistory::MaskingHistory(const MaskingSettings& settings, std::int64_t first_entry)
    : settings_(settings),
      first_entry_(first_entry),
      fade_(std::exp(-settings.kappa * kEntrySeconds / kInhibitionSeconds)) {
    check(settings);
}

double MaskingHistory::over_db(std::size_t ear,
                               const ProgrammeLevels::Bands& bands,
                               const TinnitusParameters::Ear& tinnitus) const noexcept {
    if (!(tinnitus.level.presence > 0.0)) {
        return -200.0;
    }
    const double c = settings_.calibration_db_spl;
    const double band = ProgrammeLevels::two_octaves_dbfs(bands, std::exp(tinnitus.log_frequency));
    const double heard =
        heard_db_spl(band + c - settings_.attenuation_db[ear], settings_.hearing_loss_db[ear]);
    return heard - c - tinnitus.level.db - gain_to_db(tinnitus.level.presence);
}

MaskingHistory::EarState MaskingHistory::next(const EarState& before,
                                              double over_db,
                                              bool inhibition) const noexcept {
    EarState now = before;
    const double smooth = 1.0 - std::exp(-kEntrySeconds / kMaskingSeconds);
    now.masked_db += smooth * (masking_db(over_db) - now.masked_db);
    now.inhibition *= fade_;
    if (inhibition && over_db >= kMaskerOnDb) {
        now.masker_s += settings_.kappa * kEntrySeconds;
        now.gap_s = 0.0;
        now.inhibition = std::max(now.inhibition, depth_after(now.masker_s));
    } else {
        now.gap_s += kEntrySeconds;
        if (now.gap_s > kLongestGapSeconds + 1e-9) {
            now.masker_s = 0.0;
        }
    }
    const double aim = gain_to_db(std::max(kLeastShare, 1.0 - now.inhibition)) - now.masked_db;
    now.gain_db = std::clamp(aim, before.gain_db - kMostDbAnEntry, before.gain_db + kMostDbAnEntry);
    return now;
}

void MaskingHistory::extend(const ProgrammeLevels& levels,
                            const TinnitusParameters& tinnitus,
                            std::int64_t end_entry) {
    static const ProgrammeLevels::Entry kSilence = [] {
        ProgrammeLevels::Entry silence;
        silence.front().fill(ProgrammeLevels::kFloorDbfs);
        silence.back() = silence.front();
        return silence;
    }();
    const std::int64_t end = std::min(end_entry, levels.end_entry());
    for (std::int64_t entry = this->end_entry(); entry < end; ++entry) {
        const ProgrammeLevels::Entry& heard =
            entry < levels.first_entry ? kSilence : levels.at(entry);
        const State before = states_.empty() ? State{} : states_.back();
        State now;
        for (std::size_t ear = 0; ear < now.size(); ++ear) {
            now[ear] = next(before[ear], over_db(ear, heard[ear], tinnitus.ears[ear]),
                            settings_.inhibition[ear]);
        }
        states_.push_back(now);
    }
}

std::int64_t MaskingHistory::end_entry() const noexcept {
    return first_entry_ + static_cast<std::int64_t>(states_.size());
}

MaskingHistory::EarGains MaskingHistory::gain(std::int64_t position) const noexcept {
    constexpr std::int64_t kPeriod = ProgrammeLevels::kPeriod;
    // The state of an entry counts at its end.
    const std::int64_t past = position - (first_entry_ + 1) * kPeriod;
    const auto last = static_cast<std::int64_t>(states_.size()) - 1;
    EarGains gains{1.0, 1.0};
    if (last < 0 || past <= -kPeriod) {
        return gains;
    }
    // Rounded down; -1 stands for the beginning, before the first entry.
    const std::int64_t below = (past + kPeriod) / kPeriod - 1;
    const double u = static_cast<double>(past - below * kPeriod) / kPeriod;
    for (std::size_t ear = 0; ear < gains.size(); ++ear) {
        const auto db = [&](std::int64_t at) {
            return at < 0 ? 0.0
                          : states_[static_cast<std::size_t>(std::min(at, last))][ear].gain_db;
        };
        const double now = (1.0 - u) * db(below) + u * db(below + 1);
        gains[ear] = now == 0.0 ? 1.0 : db_to_gain(now);
    }
    return gains;
}

double MaskingHistory::inhibition(std::size_t ear, std::int64_t entry) const noexcept {
    EARSHOT_ASSERT(entry >= first_entry_ && entry < end_entry());
    return states_[static_cast<std::size_t>(entry - first_entry_)][ear].inhibition;
}

}  // namespace earshot::dsp
