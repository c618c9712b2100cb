#include "common/dsp/overlay/inner_body_parameters.hpp"

#include <algorithm>
#include <cmath>

namespace earshot::dsp {
namespace {

using Level = GlidingLevel InnerBodyParameters::*;

constexpr Level kLevels[] = {&InnerBodyParameters::heartbeat, &InnerBodyParameters::blood,
                             &InnerBodyParameters::breath, &InnerBodyParameters::steps,
                             &InnerBodyParameters::programme};

bool within(double value, double low, double high) noexcept {
    return value >= low && value <= high;  // false for NaN
}
bool within(const std::optional<double>& value, double low, double high) noexcept {
    return !value || within(*value, low, high);
}

const char* fault_of(const InnerBodySettings& s) noexcept {
    constexpr double kLeast = -100.0;
    constexpr double kMost = -10.0;
    if (!within(s.heartbeat_dbfs, kLeast, kMost) || !within(s.blood_dbfs, kLeast, kMost) ||
        !within(s.breath_dbfs, kLeast, kMost) || !within(s.steps_dbfs, kLeast, kMost)) {
        return "levels of body sounds must lie between -100 and -10 dBFS";
    }
    if (!within(s.beats_per_minute, 30.0, 200.0) || !within(s.breaths_per_minute, 4.0, 60.0) ||
        !within(s.steps_per_minute, 30.0, 220.0)) {
        return "body rates: 30 to 200 beats, 4 to 60 breaths, 30 to 220 steps a minute";
    }
    if (!within(s.programme_db, -40.0, 0.0) || !within(s.occlusion_db, 0.0, 20.0)) {
        return "programme through the body -40 to 0 dB, occlusion 0 to 20 dB";
    }
    if (s.programme_db && *s.programme_db + s.occlusion_db > 6.0) {
        return "programme through the body with occlusion must stay under +6 dB";
    }
    return nullptr;
}

GlidingLevel level_of(const std::optional<double>& db) noexcept {
    return db ? GlidingLevel::at(*db) : GlidingLevel{};
}

}  // namespace

Expected<InnerBodyParameters> make_inner_body_parameters(const InnerBodySettings& settings,
                                                         double intensity) {
    if (const char* fault = fault_of(settings)) {
        return Failure{Errc::out_of_range, fault};
    }
    if (!within(intensity, 0.0, 1.0)) {
        return Failure{Errc::out_of_range, "intensity must lie between 0 and 1"};
    }
    InnerBodyParameters made;
    made.heartbeat = level_of(settings.heartbeat_dbfs);
    made.blood = level_of(settings.blood_dbfs);
    made.breath = level_of(settings.breath_dbfs);
    made.steps = level_of(settings.steps_dbfs);
    made.programme = level_of(settings.programme_db);
    for (const Level level : kLevels) {
        (made.*level).db -= 40.0 * (1.0 - intensity);
        // The last twentieth of the way goes to nothing at all.
        (made.*level).presence *= std::min(1.0, 20.0 * intensity);
    }
    made.log_heart_rate = std::log(settings.beats_per_minute / 60.0);
    made.log_breath_rate = std::log(settings.breaths_per_minute / 60.0);
    made.log_step_rate = std::log(settings.steps_per_minute / 60.0);
    made.occlusion_db = intensity * settings.occlusion_db;
    return made;
}

void blend(std::span<const InnerBodyParameters* const> states,
           std::span<const double> weights,
           InnerBodyParameters& out) noexcept {
    using State = InnerBodyParameters;
    if (const State* only = only_state(states, weights)) {
        out = *only;
        return;
    }
    const auto get = [](Level level) {
        return [level](const State& s) -> const GlidingLevel& { return s.*level; };
    };
    for (const Level level : kLevels) {
        out.*level = blend_level(states, weights, get(level));
    }
    const auto rate = [&](double State::*member, Level level) {
        return blend_present(
            states, weights, [member](const State& s) { return s.*member; }, get(level));
    };
    // The rush keeps the heart's time, whether or not the beat itself is heard.
    out.log_heart_rate = blend_present(
        states, weights, [](const State& s) { return s.log_heart_rate; },
        [](const State& s) -> const GlidingLevel& {
            return s.heartbeat.presence > s.blood.presence ? s.heartbeat : s.blood;
        });
    out.log_breath_rate = rate(&State::log_breath_rate, &State::breath);
    out.log_step_rate = rate(&State::log_step_rate, &State::steps);
    out.occlusion_db = blend_linear(states, weights, [](const State& s) { return s.occlusion_db; });
}

}  // namespace earshot::dsp
