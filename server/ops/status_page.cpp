#include "server/ops/status_page.hpp"

#include "server/ops/page_files.hpp"

namespace earshot::ops {

const PageFile* status_page(std::string_view path) noexcept {
    static constexpr PageFile kPage{"text/html; charset=utf-8", kStatusHtml};
    static constexpr PageFile kStyle{"text/css; charset=utf-8", kStatusCss};
    static constexpr PageFile kScript{"text/javascript; charset=utf-8", kStatusJs};
    if (path == "/" || path == "/index.html") return &kPage;
    if (path == "/status.css") return &kStyle;
    if (path == "/status.js") return &kScript;
    return nullptr;
}

}  // namespace earshot::ops
