#pragma once

#include "common/base/errc.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace earshot::client {

/// Keeps a listener's resume token across runs, one file a server, for the owner's eyes only.
/// Thread: one owner. Real-time: no.
class ResumeStore {
public:
    static constexpr std::size_t kMaxTokenBytes = 4096;

    /// Makes the directory (0700) if there is none.
    /// @param server  What the token belongs to: the server's authority, "host:port".
    /// @throws std::runtime_error  one line that names the directory.
    ResumeStore(const std::filesystem::path& directory, std::string_view server);

    /// Empty if there is none.
    [[nodiscard]] std::string load() const;
    /// Atomic: after a crash there is the old token or the new one. Fails with one line.
    [[nodiscard]] Expected<bool> save(std::string_view token);

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
    std::string saved_;
};

}  // namespace earshot::client
