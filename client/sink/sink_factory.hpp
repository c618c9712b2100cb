#pragma once

#include "client/sink/alsa_settings.hpp"
#include "client/sink/simulated_device.hpp"
#include "common/audio/ports.hpp"
#include "common/base/clock.hpp"
#include "common/base/errc.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace earshot::sink {

/// What --sink says.
struct SinkSpec {
    enum class Kind {
        automatic,  ///< PulseAudio where it can be reached, ALSA otherwise.
        alsa,
        pulse,
        file,
        null,
    };
    Kind kind = Kind::automatic;
    AlsaSettings alsa;            ///< Of alsa; also of automatic, where there is no PulseAudio.
    std::string pulse_sink;       ///< Of pulse; empty: the default one.
    SimulatedSettings simulated;  ///< Of file and null.
};

/// Reads alsa[:DEV][,period=FRAMES,periods=N,rt=PRIORITY] | pulse[:SINK] |
/// file:PATH[,ppm=P,offset-ms=O] | null[,ppm=P,offset-ms=O]; empty text is automatic. Options are
/// read from the end, so a path or a device may hold commas.
/// @param option  Stands in the text of a failure.
[[nodiscard]] Expected<SinkSpec> parse_sink_spec(std::string_view text,
                                                 std::string_view option = "--sink");

/// A sink and the clock of the machine it belongs to.
struct OpenedSink {
    std::unique_ptr<LocalClockSource> clock;  ///< The whole client goes by it. Outlives the sink.
    std::unique_ptr<audio::AudioSink> sink;
};

/// What automatic stands for on this machine, now.
[[nodiscard]] SinkSpec resolved(SinkSpec spec);

/// A name for the device: "alsa:hw:0", "pulse:" (the default one), "file:/tmp/heard.wav", "null".
[[nodiscard]] std::string device_key(const SinkSpec& spec);

/// @throws std::runtime_error  one line for people.
[[nodiscard]] OpenedSink make_sink(const SinkSpec& spec);

}  // namespace earshot::sink
