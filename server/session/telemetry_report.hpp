#pragma once

#include "common/wire/second_checksum.hpp"
#include "server/evidence/lockstep_report.hpp"
#include "server/session/listener_registry.hpp"

#include <optional>
#include <vector>

namespace earshot::v1 {
class Telemetry;
}

namespace earshot::session {

/// What a listener's telemetry says, in the units of ListenerReport; sizes that nothing real has
/// are held at the end of their range. Nothing if one is no number or an error is negative.
[[nodiscard]] std::optional<ListenerReport> report_of(const v1::Telemetry& message);

/// The seconds it tells of, at most 8; what cannot be one is left out.
[[nodiscard]] std::vector<wire::SecondChecksum> delivered_of(const v1::Telemetry& message);

/// The part of a report that goes into the lockstep report.
/// @param stream  The perspective that is sent to the listener.
[[nodiscard]] evidence::ListenerSample sample_of(const ListenerReport& report,
                                                 StreamId stream,
                                                 bool in_step);

}  // namespace earshot::session
