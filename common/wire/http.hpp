#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace earshot::wire {

/// A request as handlers see it: no socket, no parser.
struct HttpRequest {
    std::string method;  ///< "GET", "POST", "HEAD"
    std::string path;    ///< Decoded, starts with '/', no query, no ".." segment.
    std::map<std::string, std::string, std::less<>> query;    ///< Decoded.
    std::map<std::string, std::string, std::less<>> headers;  ///< Names in lower case.
    std::string body;                                         ///< At most 64 KiB.
    bool from_loopback = false;
    bool secure = false;  ///< Came over TLS.
};

struct HttpResponse {
    int status = 200;
    std::string content_type = "text/plain; charset=utf-8";
    std::string body;
    std::map<std::string, std::string, std::less<>> headers;
};

/// Sends the response; call it once, from any thread, also after the connection is gone.
using HttpResponder = std::function<void(HttpResponse)>;
/// Answers one request. Thread: control.
using HttpHandler = std::function<void(const HttpRequest&, HttpResponder)>;

}  // namespace earshot::wire
