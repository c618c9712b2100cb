#pragma once

#include <string>

namespace earshot::test {

// Inputs and outputs of common/sync and the session clock over seeded scenarios, as JSON text: what
// other implementations of the same algorithms must give (tests/golden/sync). All instants in ns.

[[nodiscard]] std::string clock_estimator_vectors();
[[nodiscard]] std::string exchange_schedule_vectors();
[[nodiscard]] std::string session_clock_vectors();
[[nodiscard]] std::string delay_locked_loop_vectors();
[[nodiscard]] std::string device_clock_vectors();
[[nodiscard]] std::string playout_loop_vectors();

}  // namespace earshot::test
