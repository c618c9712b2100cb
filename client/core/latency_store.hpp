#pragma once

#include "common/base/errc.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace earshot::client {

/// Keeps each sound device's calibrated latency across runs: "device-latency", a line for each,
/// "35.5 ear pulse:slot1", the last one used first.
/// Thread: one owner. Real-time: no.
class LatencyStore {
public:
    static constexpr double kMostMs = 5'000.0;
    static constexpr std::size_t kMostDevices = 32;  ///< Beyond, the longest unused are forgotten.
    static constexpr std::size_t kMostBytes = 16 * 1024;

    /// Makes the directory (0700) if there is none.
    /// @throws std::runtime_error  one line that names the directory.
    explicit LatencyStore(const std::filesystem::path& directory);

    /// In milliseconds, 0 to kMostMs; nothing if none is kept. What cannot be read is not there.
    [[nodiscard]] std::optional<double> load(std::string_view device) const;
    /// Atomic. Fails with one line. @pre latency_ms is 0 to kMostMs
    [[nodiscard]] Expected<bool> save(std::string_view device, double latency_ms);

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace earshot::client
