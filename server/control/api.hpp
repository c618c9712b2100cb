#pragma once

#include "common/base/clock.hpp"
#include "common/wire/http.hpp"
#include "server/session/session.hpp"

#include <functional>
#include <string>

namespace earshot::control {

/// The HTTP API: reads a request, checks it, calls the session. Access (loopback or token) has been
/// checked before. Thread: control.
class Api {
public:
    /// @param status  Makes the status JSON.
    /// @param session, clock  Outlive the API.
    Api(session::Session& session,
        const MediaClockSource& clock,
        std::function<std::string()> status);

    /// Answers /api/v1/…; 404 and 405 included.
    void handle(const wire::HttpRequest& request, const wire::HttpResponder& respond);

private:
    [[nodiscard]] wire::HttpResponse lockstep(const wire::HttpRequest& request);
    [[nodiscard]] wire::HttpResponse transport(const wire::HttpRequest& request);
    [[nodiscard]] wire::HttpResponse panic(const wire::HttpRequest& request);
    [[nodiscard]] wire::HttpResponse state(const wire::HttpRequest& request);
    [[nodiscard]] wire::HttpResponse lead(const wire::HttpRequest& request);
    [[nodiscard]] wire::HttpResponse lead_told() const;

    session::Session& session_;
    const MediaClockSource& clock_;
    std::function<std::string()> status_;
};

}  // namespace earshot::control
