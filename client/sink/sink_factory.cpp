#include "client/sink/sink_factory.hpp"

#include "client/sink/alsa_sink.hpp"
#include "client/sink/pulse_sink.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

namespace earshot::sink {
namespace {

constexpr double kMaxPpm = 1'000.0;
constexpr double kMaxOffsetMs = 1e9;

Failure bad(std::string_view option, std::string_view text, const std::string& why) {
    return {Errc::bad_value, std::string{option} + " " + std::string{text} + ": " + why};
}

std::optional<double> number(std::string_view text) {
    double value = 0.0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) {
        return std::nullopt;
    }
    return value;
}

/// Takes ",ppm=P" and ",offset-ms=O" off the end of rest.
/// @return what is wrong; empty if nothing is.
std::string take_options(std::string_view& rest, SimulatedSettings& settings) {
    for (;;) {
        const std::size_t comma = rest.rfind(',');
        if (comma == std::string_view::npos) {
            return {};
        }
        const std::string_view option = rest.substr(comma + 1);
        const std::size_t equals = option.find('=');
        const std::string_view name = option.substr(0, std::min(equals, option.size()));
        const bool ppm = name == "ppm";
        if (equals == std::string_view::npos || (!ppm && name != "offset-ms")) {
            return {};  // Part of the path.
        }
        std::string_view digits = option.substr(equals + 1);
        if (!digits.empty() && digits.front() == '+') {
            digits.remove_prefix(1);
        }
        const auto value = number(digits);
        const double most = ppm ? kMaxPpm : kMaxOffsetMs;
        if (!value || std::abs(*value) > most) {
            return std::string{name} + " needs a number from " +
                   (ppm ? "-1000 to 1000" : "-1e9 to 1e9");
        }
        (ppm ? settings.ppm : settings.offset_ms) = *value;
        rest = rest.substr(0, comma);
    }
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
    const std::size_t name_end = std::min(text.find_first_of(":,"), text.size());
    const std::string_view name = text.substr(0, name_end);
    std::string_view rest = text.substr(name_end);
    if (name == "alsa" || name == "pulse") {
        spec.kind = name == "alsa" ? SinkSpec::Kind::alsa : SinkSpec::Kind::pulse;
        if (rest.empty()) {
            return spec;
        }
        if (rest.front() != ':' || rest.size() == 1) {
            return bad(option, text,
                       "a device name follows the colon, as in " + std::string{name} +
                           (name == "alsa" ? ":hw:0" : ":SINK"));
        }
        spec.device = rest.substr(1);
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
               "there is no such sink; expected alsa[:DEV], pulse[:SINK], "
               "file:PATH[,ppm=P,offset-ms=O] or null");
}

OpenedSink make_sink(const SinkSpec& spec) {
    if (spec.kind == SinkSpec::Kind::file || spec.kind == SinkSpec::Kind::null) {
        return make_simulated(spec.simulated);
    }
    OpenedSink opened;
    opened.clock = std::make_unique<RawLocalClock>();
    const bool pulse = spec.kind == SinkSpec::Kind::pulse ||
                       (spec.kind == SinkSpec::Kind::automatic && pulse_reachable());
    if (pulse) {
        opened.sink = std::make_unique<PulseSink>(*opened.clock, spec.device);
    } else {
        opened.sink = std::make_unique<AlsaSink>(*opened.clock, spec.device);
    }
    return opened;
}

}  // namespace earshot::sink
