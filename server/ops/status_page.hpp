#pragma once

#include <string_view>

namespace earshot::ops {

/// One file of the built-in pages.
struct PageFile {
    std::string_view content_type;
    std::string_view body;
};

/// The built-in status page: "/", "/status.css" and "/status.js", part of the program, for servers
/// without web pages. It shows what /api/v1/status says, every second, without inline code.
/// @return null for other paths.
/// Thread: any.
[[nodiscard]] const PageFile* status_page(std::string_view path) noexcept;

}  // namespace earshot::ops
