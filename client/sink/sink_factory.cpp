#include "client/sink/sink_factory.hpp"

#include "client/sink/alsa_sink.hpp"
#include "client/sink/pulse_sink.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <span>

namespace earshot::sink {
namespace {

Failure bad(std::string_view option, std::string_view text, const std::string& why) {
    return {Errc::bad_value, std::string{option} + " " + std::string{text} + ": " + why};
}

/// A number that can stand at the end of a sink.
struct Option {
    std::string_view name;
    double least = 0.0;
    double most = 0.0;
    bool whole = false;
    std::string_view range;  ///< For people.
};

constexpr std::array<Option, 2> kSimulatedOptions = {{
    {"ppm", -1e3, 1e3, false, "a number from -1000 to 1000"},
    {"offset-ms", -1e9, 1e9, false, "a number from -1e9 to 1e9"},
}};

constexpr std::array<Option, 3> kAlsaOptions = {{
    {"period", AlsaSettings::kLeastPeriod, AlsaSettings::kMostPeriod, true,
     "a whole number of frames from 64 to 4800"},
    {"periods", AlsaSettings::kLeastPeriods, AlsaSettings::kMostPeriods, true,
     "a whole number from 2 to 16"},
    {"rt", 0.0, AlsaSettings::kMostPriority, true,
     "a whole number from 1 to 98, or 0 for no real-time priority"},
}};

std::optional<double> number(std::string_view text, const Option& option) {
    if (!text.empty() && text.front() == '+') {
        text.remove_prefix(1);
    }
    double value = 0.0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value) ||
        value < option.least || value > option.most ||
        (option.whole && value != std::floor(value))) {
        return std::nullopt;
    }
    return value;
}

/// Takes ",name=number" off the end of rest, as often as one of the options stands there.
/// @param take  Gets an option's name and its value.
/// @return what is wrong; empty if nothing is.
template <class Take>
std::string take_options(std::string_view& rest, std::span<const Option> options, Take take) {
    for (;;) {
        const std::size_t comma = rest.rfind(',');
        if (comma == std::string_view::npos) {
            return {};
        }
        const std::string_view text = rest.substr(comma + 1);
        const std::size_t equals = text.find('=');
        const std::string_view name = text.substr(0, std::min(equals, text.size()));
        const auto option =
            std::find_if(options.begin(), options.end(),
                         [name](const Option& known) { return known.name == name; });
        if (equals == std::string_view::npos || option == options.end()) {
            return {};  // Part of the path or the device.
        }
        const auto value = number(text.substr(equals + 1), *option);
        if (!value) {
            return std::string{name} + " needs " + std::string{option->range};
        }
        take(name, *value);
        rest = rest.substr(0, comma);
    }
}

std::string take_options(std::string_view& rest, SimulatedSettings& settings) {
    return take_options(rest, kSimulatedOptions, [&](std::string_view name, double value) {
        (name == "ppm" ? settings.ppm : settings.offset_ms) = value;
    });
}

std::string take_options(std::string_view& rest, AlsaSettings& settings) {
    return take_options(rest, kAlsaOptions, [&](std::string_view name, double value) {
        int& setting = name == "period"    ? settings.period_frames
                       : name == "periods" ? settings.periods
                                           : settings.priority;
        setting = static_cast<int>(value);
    });
}

bool holds_control_characters(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7F;
    });
}

OpenedSink make_simulated(const SimulatedSettings& settings) {
    OpenedSink opened;
    auto clock = std::make_unique<SkewedLocalClock>(
        settings.ppm, std::chrono::nanoseconds{std::llround(settings.offset_ms * 1e6)});
    opened.sink = std::make_unique<SimulatedDevice>(*clock, settings);
    opened.clock = std::move(clock);
    return opened;
}

}  // namespace

Expected<SinkSpec> parse_sink_spec(std::string_view text, std::string_view option) {
    SinkSpec spec;
    if (text.empty()) {
        return spec;
    }
    if (holds_control_characters(text)) {
        return Failure{Errc::bad_value,
                       std::string{option} + ": there are control characters in it"};
    }
    const std::size_t name_end = std::min(text.find_first_of(":,"), text.size());
    const std::string_view name = text.substr(0, name_end);
    std::string_view rest = text.substr(name_end);
    if (name == "alsa" || name == "pulse") {
        const bool alsa = name == "alsa";
        spec.kind = alsa ? SinkSpec::Kind::alsa : SinkSpec::Kind::pulse;
        if (const std::string why = alsa ? take_options(rest, spec.alsa) : ""; !why.empty()) {
            return bad(option, text, why);
        }
        if (rest.empty()) {
            return spec;
        }
        if (rest.front() != ':' || rest.size() == 1) {
            return bad(option, text,
                       "a device name follows the colon, as in " + std::string{name} +
                           (alsa ? ":hw:0" : ":SINK"));
        }
        (alsa ? spec.alsa.device : spec.pulse_sink) = rest.substr(1);
        return spec;
    }
    if (name == "file") {
        spec.kind = SinkSpec::Kind::file;
        if (!rest.empty()) {
            rest.remove_prefix(1);
        }
        if (const std::string why = take_options(rest, spec.simulated); !why.empty()) {
            return bad(option, text, why);
        }
        if (rest.empty()) {
            return bad(option, text, "a path follows, as in file:/tmp/heard.wav");
        }
        spec.simulated.record = std::string{rest};
        return spec;
    }
    if (name == "null") {
        spec.kind = SinkSpec::Kind::null;
        if (const std::string why = take_options(rest, spec.simulated); !why.empty()) {
            return bad(option, text, why);
        }
        if (!rest.empty()) {
            return bad(option, text, "only ,ppm=P and ,offset-ms=O can follow null");
        }
        return spec;
    }
    return bad(option, text,
               "there is no such sink; expected alsa[:DEV][,period=F,periods=N,rt=P], "
               "pulse[:SINK], file:PATH[,ppm=P,offset-ms=O] or null");
}

SinkSpec resolved(SinkSpec spec) {
    if (spec.kind == SinkSpec::Kind::automatic) {
        spec.kind = pulse_reachable() ? SinkSpec::Kind::pulse : SinkSpec::Kind::alsa;
    }
    return spec;
}

std::string device_key(const SinkSpec& spec) {
    switch (spec.kind) {
        case SinkSpec::Kind::automatic:
            return "auto";
        case SinkSpec::Kind::alsa:
            return "alsa:" + spec.alsa.device;
        case SinkSpec::Kind::pulse:
            return "pulse:" + spec.pulse_sink;
        case SinkSpec::Kind::file:
            return "file:" + spec.simulated.record.string();
        case SinkSpec::Kind::null:
            break;
    }
    return "null";
}

OpenedSink make_sink(const SinkSpec& asked) {
    const SinkSpec spec = resolved(asked);
    if (spec.kind == SinkSpec::Kind::file || spec.kind == SinkSpec::Kind::null) {
        return make_simulated(spec.simulated);
    }
    OpenedSink opened;
    opened.clock = std::make_unique<RawLocalClock>();
    if (spec.kind == SinkSpec::Kind::pulse) {
        opened.sink = std::make_unique<PulseSink>(*opened.clock, spec.pulse_sink);
    } else {
        opened.sink = std::make_unique<AlsaSink>(*opened.clock, spec.alsa);
    }
    return opened;
}

}  // namespace earshot::sink
