#include "server/control/api.hpp"

#include "common/base/json.hpp"
#include "common/show/show.hpp"
#include "server/control/json_body.hpp"
#include "server/evidence/lockstep_formats.hpp"
#include "server/session/lead.hpp"

#include <cmath>

namespace earshot::control {
namespace {

constexpr double kDefaultFadeMs = 400.0;

wire::HttpResponse json_response(int status, std::string body) {
    return {.status = status,
            .content_type = "application/json",
            .body = std::move(body),
            .headers = {}};
}

wire::HttpResponse problem(int status, std::string_view text) {
    JsonWriter json;
    json.begin_object().field("error", text).end_object();
    return json_response(status, std::move(json).text());
}

wire::HttpResponse done() {
    return json_response(200, R"({"ok":true})");
}

int status_of(Errc code) {
    switch (code) {
        case Errc::not_found:
            return 404;
        case Errc::not_ready:
        case Errc::refused:
            return 409;
        case Errc::not_supported:
            return 501;
        default:
            return 400;
    }
}

wire::HttpResponse answer(const session::Playback::Outcome& outcome) {
    if (outcome) return done();
    return problem(status_of(outcome.failure().code), outcome.failure().text);
}

/// A programme time of the body; fps of the show for HH:MM:SS:FF.
Expected<ProgrammeTime> time_field(const JsonFields& fields,
                                   std::string_view name,
                                   const show::Show& show) {
    const auto text = text_field(fields, name);
    if (!text) return text.failure();
    return show::parse_programme_time(*text, show.programme.fps);
}

/// A preset's name, or milliseconds as text or as a number.
Expected<std::chrono::milliseconds> lead_field(const JsonFields& fields) {
    const auto member = fields.find("lead");
    if (member != fields.end()) {
        if (const auto* text = std::get_if<std::string>(&member->second)) {
            return session::parse_lead(*text);
        }
        if (const auto* number = std::get_if<double>(&member->second);
            number != nullptr && std::abs(*number) < 1e6) {
            return session::parse_lead(std::to_string(std::llround(*number)));
        }
    }
    return session::parse_lead({});
}

}  // namespace

Api::Api(session::Session& session,
         const MediaClockSource& clock,
         std::function<std::string()> status)
    : session_(session), clock_(clock), status_(std::move(status)) {}

void Api::handle(const wire::HttpRequest& request, const wire::HttpResponder& respond) {
    const bool reads = request.method == "GET" || request.method == "HEAD";
    if (request.path == "/api/v1/status") {
        return respond(reads ? json_response(200, status_()) : problem(405, "use GET here"));
    }
    if (request.path == "/api/v1/lockstep" || request.path.starts_with("/api/v1/lockstep.")) {
        return respond(reads ? lockstep(request) : problem(405, "use GET here"));
    }
    using Action = wire::HttpResponse (Api::*)(const wire::HttpRequest&);
    Action action = nullptr;
    if (request.path == "/api/v1/transport") action = &Api::transport;
    if (request.path == "/api/v1/panic") action = &Api::panic;
    if (request.path == "/api/v1/state") action = &Api::state;
    if (request.path == "/api/v1/lead") {
        if (reads) return respond(lead_told());
        action = &Api::lead;
    }
    if (action == nullptr) return respond(problem(404, "there is no such API path"));
    if (request.method != "POST") return respond(problem(405, "use POST here"));
    respond((this->*action)(request));
}

wire::HttpResponse Api::lockstep(const wire::HttpRequest& request) {
    const session::SessionSettings& settings = session_.settings();
    evidence::SessionFacts facts{.id = settings.id,
                                 .title = session_.show().title,
                                 .server = settings.server_name,
                                 .perspectives = {},
                                 .now = clock_.now()};
    for (const show::Perspective& perspective : session_.show().perspectives) {
        facts.perspectives.push_back(perspective.id);
    }
    const evidence::LockstepReport& report = session_.lockstep();
    if (request.path == "/api/v1/lockstep" || request.path == "/api/v1/lockstep.json") {
        return json_response(200, evidence::lockstep_json(report, facts));
    }
    if (request.path == "/api/v1/lockstep.csv") {
        return {.status = 200,
                .content_type = "text/csv; charset=utf-8",
                .body = evidence::lockstep_csv(report, facts),
                .headers = {}};
    }
    if (request.path == "/api/v1/lockstep.svg") {
        return {.status = 200,
                .content_type = "image/svg+xml",
                .body = evidence::lockstep_svg(report, facts),
                .headers = {}};
    }
    return problem(404, "the lockstep report is there as json, csv and svg");
}

wire::HttpResponse Api::transport(const wire::HttpRequest& request) {
    const auto fields = parse_json_body(request.body);
    if (!fields) return problem(400, fields.failure().text);
    const auto action = text_field(*fields, "action");
    if (!action) return problem(400, action.failure().text);
    session::Playback& playback = session_.playback();
    const MediaInstant now = clock_.now();
    if (*action == "go") return answer(playback.go(now));
    if (*action == "play") return answer(playback.play(now));
    if (*action == "pause") return answer(playback.pause(now));
    if (*action == "unloop") return answer(playback.unloop(now));
    if (*action == "seek") {
        const auto at = time_field(*fields, "at", session_.show());
        return at ? answer(playback.seek(now, *at)) : problem(400, at.failure().text);
    }
    if (*action == "loop") {
        const auto from = time_field(*fields, "from", session_.show());
        const auto to = time_field(*fields, "to", session_.show());
        if (!from) return problem(400, from.failure().text);
        if (!to) return problem(400, to.failure().text);
        return answer(playback.loop(now, *from, *to));
    }
    return problem(400, "action must be go, play, pause, seek, loop or unloop");
}

wire::HttpResponse Api::panic(const wire::HttpRequest& request) {
    const auto fields = parse_json_body(request.body);
    if (!fields) return problem(400, fields.failure().text);
    std::string action = "panic";
    if (fields->contains("action")) {
        const auto text = text_field(*fields, "action");
        if (!text) return problem(400, text.failure().text);
        action = *text;
    }
    if (action == "panic") {
        session_.panic();
    } else if (action == "silence") {
        session_.silence();
    } else if (action == "all_clear") {
        session_.all_clear();
    } else {
        return problem(400, "action must be panic, silence or all_clear");
    }
    return done();
}

wire::HttpResponse Api::state(const wire::HttpRequest& request) {
    const auto fields = parse_json_body(request.body);
    if (!fields) return problem(400, fields.failure().text);
    const auto perspective = text_field(*fields, "perspective");
    if (!perspective) return problem(400, perspective.failure().text);
    const auto state = text_field(*fields, "state");
    if (!state) return problem(400, state.failure().text);
    const auto intensity = number_field(*fields, "intensity", 1.0);
    if (!intensity) return problem(400, intensity.failure().text);
    const auto fade_ms = number_field(*fields, "fade_ms", kDefaultFadeMs);
    if (!fade_ms) return problem(400, fade_ms.failure().text);
    if (!(*fade_ms >= 0.0 && *fade_ms <= 1e6)) return problem(400, "fade_ms must be 20 to 60000");
    const auto stream = session_.stream_of(*perspective);
    if (!stream) return problem(404, "there is no such perspective in the show");
    return answer(session_.playback().change(clock_.now(), *stream, *state, *intensity,
                                             std::chrono::milliseconds{std::llround(*fade_ms)}));
}

wire::HttpResponse Api::lead(const wire::HttpRequest& request) {
    const auto fields = parse_json_body(request.body);
    if (!fields) return problem(400, fields.failure().text);
    const auto wanted = lead_field(*fields);
    if (!wanted) return problem(400, wanted.failure().text);
    const auto outcome = session_.set_lead(*wanted);
    return outcome ? lead_told() : answer(outcome);
}

wire::HttpResponse Api::lead_told() const {
    constexpr std::chrono::milliseconds kOneMs{1};
    const Frames asked = session_.settings().lead;
    JsonWriter json;
    json.begin_object()
        .field("lead_ms", asked / kOneMs)
        .field("lead_now_ms", session_.playback().lead_now() / kOneMs)
        .field("preset", session::preset_name(asked))
        .key("presets")
        .begin_object();
    for (const session::LeadPreset& preset : session::kLeadPresets) {
        json.field(preset.name, preset.lead / kOneMs);
    }
    json.end_object().end_object();
    return json_response(200, std::move(json).text());
}

}  // namespace earshot::control
