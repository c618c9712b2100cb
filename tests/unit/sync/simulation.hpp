#pragma once

#include <cstdint>

namespace earshot::test {

/// Runs this many seeds of every scenario for so many seconds each, prints the table and expects
/// what docs/timing.md promises.
void expect_lockstep(std::uint32_t first_seed, int seeds, double seconds);

}  // namespace earshot::test
