#pragma once

#include "client/core/http_client.hpp"
#include "common/base/errc.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace earshot::admin {

/// A command of the `earshot` program, as the person typed it.
struct Command {
    enum class Kind {
        status,
        go,
        play,
        pause,
        seek,
        loop,
        unloop,
        panic,
        silence,
        all_clear,
        state,
        lockstep,
        lead,
    };
    Kind kind = Kind::status;
    std::string at;    ///< seek
    std::string from;  ///< loop
    std::string to;    ///< loop
    std::string perspective;
    std::string state;
    std::string lead;  ///< lead: a preset or milliseconds; empty: only shown.
    std::optional<double> fade_ms;
    std::optional<double> intensity;
    std::string format = "table";  ///< lockstep: table, json, csv or svg.
};

/// The API request that does it. The token is not set.
[[nodiscard]] client::HttpCall request_of(const Command& command);

/// What to show for a reply: status and lockstep report as tables, or the report as it came if it
/// was asked for in another form; the lead as a line; "done" for any other action.
/// Fails with the server's own words if it refused.
[[nodiscard]] Expected<std::string> answer_of(const Command& command,
                                              const client::HttpReply& reply);

/// Reads the token from a file: its first line, blanks around it dropped.
[[nodiscard]] Expected<std::string> read_token(const std::string& path);

}  // namespace earshot::admin
