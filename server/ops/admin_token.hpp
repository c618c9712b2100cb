#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace earshot::ops {

/// The secret that lets its holder operate the server: DATA-DIR/admin.token, readable by the
/// server's user alone.
/// Thread: any, once constructed.
class AdminToken {
public:
    /// Reads the token, or makes the folder and the token if they are missing. Two servers that
    /// start at once get the same one.
    /// @throws std::runtime_error  one line: unreadable, readable by others, not a token, no
    ///       space, ...
    [[nodiscard]] static AdminToken load_or_create(const std::filesystem::path& data_dir);

    /// Compares in constant time.
    [[nodiscard]] bool matches(std::string_view presented) const noexcept;

    /// The secret itself: never into a log.
    [[nodiscard]] const std::string& secret() const noexcept { return secret_; }
    [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }

private:
    AdminToken(std::filesystem::path file, std::string secret)
        : file_(std::move(file)), secret_(std::move(secret)) {}

    std::filesystem::path file_;
    std::string secret_;
};

}  // namespace earshot::ops
