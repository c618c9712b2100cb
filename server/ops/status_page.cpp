#include "server/ops/status_page.hpp"

namespace earshot::ops {
namespace {

constexpr std::string_view kHead = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="2"><title>Earshot</title><link rel="stylesheet" href="/status.css">
</head><body><main>
)";

std::string row(const std::string& name, const std::string& value) {
    return "<tr><th scope=\"row\">" + html_escaped(name) + "</th><td>" + html_escaped(value) + "</td></tr>\n";
}

}  // namespace

std::string html_escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\'': out += "&#39;"; break;
            default: out += c;
        }
    }
    return out;
}

wire::HttpResponse status_page(const StatusPage& page) {
    wire::HttpResponse response;
    response.content_type = "text/html; charset=utf-8";
    std::string& body = response.body;
    body = kHead;
    body += "<h1>" + html_escaped(page.title) + "</h1>\n<table><caption>The room</caption>\n";
    body += row("Programme", page.phase + ", at " + page.programme_time);
    body += row("In step", std::to_string(page.in_step) + " of " + std::to_string(page.listeners) + " listeners");
    body += row("Rights", page.rights);
    body += row("Server", page.server);
    body += "</table>\n<table><caption>What is heard</caption>\n<tr><th scope=\"col\">Perspective</th>"
            "<th scope=\"col\">Hearing state</th><th scope=\"col\">Listeners</th></tr>\n";
    for (const StatusPage::Stream& stream : page.streams) {
        body += "<tr><td>" + html_escaped(stream.perspective) + "</td><td>" + html_escaped(stream.state) +
                "</td><td>" + std::to_string(stream.listeners) + "</td></tr>\n";
    }
    body += "</table>\n<p>A hearing state is a character's perspective in a film.</p></main></body></html>\n";
    return response;
}

}  // namespace earshot::ops
