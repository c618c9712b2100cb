#pragma once

#include "client/core/url.hpp"
#include "common/base/errc.hpp"

#include <chrono>
#include <string>

namespace earshot::client {

class TlsTrust;

/// One request to a server's API.
struct HttpCall {
    std::string method = "GET";
    std::string target = "/";
    std::string body;                        ///< JSON; sent with its content type if not empty.
    std::string bearer_token;                ///< Empty: none is sent.
    std::chrono::milliseconds limit{5'000};  ///< For all of it.
};

struct HttpReply {
    int status = 0;
    std::string body;
};

/// Makes one request and waits for the whole reply. Blocks; for command lines.
/// @param trust  May be null for http.
/// Fails with one line for people.
[[nodiscard]] Expected<HttpReply> http_call(const ServerUrl& url,
                                            TlsTrust* trust,
                                            const HttpCall& call);

}  // namespace earshot::client
