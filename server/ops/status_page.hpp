#pragma once

#include "common/wire/http.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace earshot::ops {

/// What the status page shows.
struct StatusPage {
    std::string title;
    std::string rights;
    std::string server;
    std::string phase;
    std::string programme_time;
    std::size_t listeners = 0;
    std::size_t in_step = 0;
    struct Stream {
        std::string perspective;
        std::string state;
        std::size_t listeners = 0;
    };
    std::vector<Stream> streams;
};

/// A plain page for people: no script, no colour alone, readable on a phone, renewed every 2 s.
/// Tells nothing of single listeners.
[[nodiscard]] wire::HttpResponse status_page(const StatusPage& page);

/// Text made safe to stand in HTML.
[[nodiscard]] std::string html_escaped(const std::string& text);

}  // namespace earshot::ops
