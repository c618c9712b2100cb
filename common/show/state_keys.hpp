#pragma once

#include "common/dsp/state/hearing_settings.hpp"
#include "common/dsp/state/value_range.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace earshot::show {

/// One end of a frequency band, and the values it may have.
struct Edge {
    double& hz;
    dsp::ValueRange range;
};

/// What is told every key of a hearing state: one who reads them, writes them, or lists them.
class StateKeys {
public:
    virtual ~StateKeys() = default;

    /// Begins a section. @return false: leave out its keys, and leave().
    [[nodiscard]] virtual bool enter(std::string_view section) = 0;
    virtual void leave() = 0;

    virtual void number(std::string_view key, double& value, dsp::ValueRange range) = 0;
    virtual void whole(std::string_view key, int& value, dsp::ValueRange range) = 0;
    /// @param nothing  The word for no value: "off".
    virtual void number_or(std::string_view nothing,
                           std::string_view key,
                           std::optional<double>& value,
                           dsp::ValueRange range) = 0;
    virtual void whole_or(std::string_view nothing,
                          std::string_view key,
                          std::optional<int>& value,
                          dsp::ValueRange range) = 0;
    virtual void flag(std::string_view key, bool& value) = 0;
    /// Two rising frequencies, [low, high].
    virtual void band(std::string_view key, Edge low, Edge high) = 0;
    /// One of the names, by its index.
    virtual void name(std::string_view key,
                      std::size_t& index,
                      std::span<const std::string_view> names) = 0;
    /// A degree's name, or [lower, upper].
    virtual void smearing(std::string_view key, dsp::StateSmearing& value) = 0;
    /// Points [Hz, dB], one level for all frequencies, or a standard audiogram's name; the axis
    /// has a key of its own.
    virtual void audiogram(std::string_view key,
                           std::string_view axis_key,
                           dsp::Audiogram& value,
                           dsp::ValueRange range_db) = 0;

protected:
    StateKeys() = default;
    StateKeys(const StateKeys&) = default;
    StateKeys& operator=(const StateKeys&) = default;
};

/// By Audiogram::Axis.
inline constexpr std::array<std::string_view, 2> kAxisNames{"log", "linear"};

/// The keys that stand in [both], [left] and [right].
void visit_ear(StateKeys& keys, dsp::StateEar& ear);
/// All others that change sound.
void visit_shared(StateKeys& keys, dsp::HearingSettings& settings);

}  // namespace earshot::show
