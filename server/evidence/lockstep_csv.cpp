#include "server/evidence/lockstep_formats.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace earshot::evidence {

std::string lockstep_csv(const LockstepReport& report, const SessionFacts& facts) {
    std::string csv =
        "from_s,to_s,reports,playing,in_step,error_p50_us,error_p99_us,worst_p99_us,error_max_us,"
        "apart_p50_us,apart_max_us,joins,returns,departures,reanchors,late,lost,concealed_"
        "frames\r\n";
    const double length = std::chrono::duration<double>(report.slot_length()).count();
    const double end = seconds_since_begin(report, facts.now);
    const auto number = [](std::uint64_t count) { return static_cast<unsigned long long>(count); };
    for (std::size_t n = 0; n < report.slots().size(); ++n) {
        const Tally& slot = report.slots()[n];
        const double from = static_cast<double>(n) * length;
        std::array<char, 512> line{};
        std::snprintf(
            line.data(), line.size(),
            "%.0f,%.0f,%llu,%llu,%llu,%.1f,%.1f,%.1f,%.1f,%.1f,%.1f,%llu,%llu,%llu,%llu,%llu,"
            "%llu,%llu\r\n",
            from, std::min(from + length, std::max(end, from)), number(slot.reports),
            number(slot.playing), number(slot.in_step), slot.error_p50.quantile_us(0.5),
            slot.error_p99.quantile_us(0.5), slot.error_p99.max_us(), slot.error_max_us,
            slot.apart.quantile_us(0.5), slot.apart.max_us(), number(slot.joins),
            number(slot.returns), number(slot.departures), number(slot.reanchors),
            number(slot.late), number(slot.lost), number(slot.concealed_frames));
        csv += line.data();
    }
    return csv;
}

}  // namespace earshot::evidence
