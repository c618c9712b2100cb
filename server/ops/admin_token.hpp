#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace earshot::ops {

/// The bearer token that stands for the administrator of this machine: DATA-DIR/admin.token, readable
/// by its owner only. Thread: any, once made.
class AdminToken {
public:
    /// Reads the token, or makes folder and file if they are not there.
    /// @throws std::runtime_error  if the folder or file cannot be used; the text names it.
    [[nodiscard]] static AdminToken load_or_create(const std::filesystem::path& data_dir);

    /// True if `claimed` is the token. Takes as long for a wrong one as for the right one.
    [[nodiscard]] bool matches(std::string_view claimed) const noexcept;

private:
    explicit AdminToken(std::string token) : token_(std::move(token)) {}
    std::string token_;
};

}  // namespace earshot::ops
