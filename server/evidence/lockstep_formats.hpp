#pragma once

#include "server/evidence/lockstep_report.hpp"

#include <string>
#include <vector>

namespace earshot::evidence {

/// What a report is of.
struct SessionFacts {
    std::string id;
    std::string title;
    std::string server;
    std::vector<std::string> perspectives;  ///< By stream.
    MediaInstant now;
};

/// All of it, as docs/protocol.md lists the members.
[[nodiscard]] std::string lockstep_json(const LockstepReport& report, const SessionFacts& facts);
/// A line for each slot of time (RFC 4180), the first one naming the columns.
[[nodiscard]] std::string lockstep_csv(const LockstepReport& report, const SessionFacts& facts);
/// Error over time with what happened, the distribution, and what was given.
[[nodiscard]] std::string lockstep_svg(const LockstepReport& report, const SessionFacts& facts);

/// Seconds since the report's beginning.
[[nodiscard]] inline double seconds_since_begin(const LockstepReport& report,
                                                MediaInstant at) noexcept {
    return std::chrono::duration<double>(at - report.begin()).count();
}

}  // namespace earshot::evidence
