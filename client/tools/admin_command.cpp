#include "client/tools/admin_command.hpp"

#include "client/tools/status_table.hpp"
#include "common/base/json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <fstream>
#include <utility>

namespace earshot::admin {
namespace {

client::HttpCall post(std::string target, std::string body) {
    client::HttpCall call;
    call.method = "POST";
    call.target = std::move(target);
    call.body = std::move(body);
    return call;
}

client::HttpCall get(std::string target) {
    client::HttpCall call;
    call.target = std::move(target);
    return call;
}

client::HttpCall action(std::string target, std::string_view name) {
    JsonWriter json;
    json.begin_object().field("action", name).end_object();
    return post(std::move(target), std::move(json).text());
}

client::HttpCall loop(const Command& command) {
    JsonWriter json;
    json.begin_object()
        .field("action", "loop")
        .field("from", command.from)
        .field("to", command.to)
        .end_object();
    return post("/api/v1/transport", std::move(json).text());
}

client::HttpCall seek(const Command& command) {
    JsonWriter json;
    json.begin_object().field("action", "seek").field("at", command.at).end_object();
    return post("/api/v1/transport", std::move(json).text());
}

client::HttpCall state(const Command& command) {
    JsonWriter json;
    json.begin_object().field("perspective", command.perspective).field("state", command.state);
    if (command.intensity) {
        json.field("intensity", *command.intensity);
    }
    if (command.fade_ms) {
        json.field("fade_ms", *command.fade_ms);
    }
    json.end_object();
    return post("/api/v1/state", std::move(json).text());
}

client::HttpCall lead(const Command& command) {
    if (command.lead.empty()) {
        return get("/api/v1/lead");
    }
    JsonWriter json;
    json.begin_object().field("lead", command.lead).end_object();
    return post("/api/v1/lead", std::move(json).text());
}

/// The "error" member of a refusal, on one line; empty if there is none.
std::string server_error(const std::string& body) {
    boost::json::error_code error;
    const boost::json::value document = boost::json::parse(body, error);
    if (error || !document.is_object()) {
        return {};
    }
    const auto* const text = document.get_object().if_contains("error");
    if (text == nullptr || !text->is_string()) {
        return {};
    }
    return printable(std::string_view{text->get_string().data(), text->get_string().size()});
}

Failure refusal(const client::HttpReply& reply) {
    const std::string text = server_error(reply.body);
    if (!text.empty()) {
        return {Errc::refused, text};
    }
    if (reply.status == 401 || reply.status == 403) {
        return {Errc::refused,
                "the server wants its token: --token-file DATA-DIR/admin.token, or run this on the "
                "server's own machine"};
    }
    return {Errc::refused, "the server answers HTTP " + std::to_string(reply.status) +
                               "; is it an Earshot server of this release?"};
}

}  // namespace

client::HttpCall request_of(const Command& command) {
    using Kind = Command::Kind;
    switch (command.kind) {
        case Kind::go:
            return action("/api/v1/transport", "go");
        case Kind::play:
            return action("/api/v1/transport", "play");
        case Kind::pause:
            return action("/api/v1/transport", "pause");
        case Kind::unloop:
            return action("/api/v1/transport", "unloop");
        case Kind::seek:
            return seek(command);
        case Kind::loop:
            return loop(command);
        case Kind::panic:
            return action("/api/v1/panic", "panic");
        case Kind::silence:
            return action("/api/v1/panic", "silence");
        case Kind::all_clear:
            return action("/api/v1/panic", "all_clear");
        case Kind::state:
            return state(command);
        case Kind::lead:
            return lead(command);
        case Kind::lockstep:
            return get("/api/v1/lockstep." + (command.format == "table" ? "json" : command.format));
        case Kind::status:
            break;
    }
    return get("/api/v1/status");
}

Expected<std::string> answer_of(const Command& command, const client::HttpReply& reply) {
    if (reply.status < 200 || reply.status > 299) {
        return refusal(reply);
    }
    switch (command.kind) {
        case Command::Kind::status:
            return status_table(reply.body);
        case Command::Kind::lead:
            return lead_line(reply.body);
        case Command::Kind::lockstep:
            return command.format == "table" ? lockstep_table(reply.body)
                                             : Expected<std::string>(reply.body);
        default:
            return std::string{"done\n"};
    }
}

Expected<std::string> read_token(const std::string& path) {
    std::ifstream file(path);
    std::string token;
    if (!file || !std::getline(file, token)) {
        return Failure{Errc::io_failed, "cannot read the token from " + path};
    }
    const std::size_t first = token.find_first_not_of(" \t\r");
    const std::size_t last = token.find_last_not_of(" \t\r");
    if (first == std::string::npos) {
        return Failure{Errc::bad_value, path + " holds no token"};
    }
    token = token.substr(first, last - first + 1);
    for (const char c : token) {
        if (c <= ' ' || c > '~') {
            return Failure{Errc::bad_value, path + " does not hold a token"};
        }
    }
    return token;
}

}  // namespace earshot::admin
