#include "server/ops/status_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

namespace earshot::ops {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string body(std::string_view path) {
    const PageFile* file = status_page(path);
    return file == nullptr ? "" : std::string(file->body);
}

TEST(StatusPage, IsOnePageWithItsStyleAndScript) {
    ASSERT_NE(status_page("/"), nullptr);
    EXPECT_EQ(status_page("/")->content_type, "text/html; charset=utf-8");
    EXPECT_EQ(status_page("/status.css")->content_type, "text/css; charset=utf-8");
    EXPECT_EQ(status_page("/status.js")->content_type, "text/javascript; charset=utf-8");
    EXPECT_EQ(status_page("/other"), nullptr);
}

TEST(StatusPage, NeedsNothingThatTheContentPolicyForbids) {
    const std::string page = body("/");
    EXPECT_THAT(page, Not(HasSubstr("<style")));
    EXPECT_THAT(page, Not(HasSubstr(" style=")));
    EXPECT_THAT(page, Not(HasSubstr(" onclick")));
    EXPECT_THAT(page, Not(HasSubstr("://")));
    EXPECT_FALSE(std::regex_search(page, std::regex("<script(?![^>]* src=)")));
    EXPECT_THAT(body("/status.js"), Not(HasSubstr("innerHTML")));
}

TEST(StatusPage, ScriptFindsEveryElementThatItFills) {
    const std::string page = body("/");
    const std::string script = body("/status.js");
    const std::regex use("(?:put|rows|byId)\\(\"([a-z-]+)\"");
    std::set<std::string> ids;
    for (std::sregex_iterator each(script.begin(), script.end(), use), end; each != end; ++each) {
        ids.insert((*each)[1]);
    }
    EXPECT_GT(ids.size(), 10U);
    for (const std::string& id : ids) EXPECT_THAT(page, HasSubstr("id=\"" + id + "\""));
}

TEST(StatusPage, CanBeReadOnAPhoneAndByAScreenReader) {
    const std::string page = body("/");
    EXPECT_THAT(page, HasSubstr("<html lang=\"en\">"));
    EXPECT_THAT(page, HasSubstr("name=\"viewport\""));
    EXPECT_THAT(page, HasSubstr("role=\"status\""));
    EXPECT_THAT(page, HasSubstr("<label for=\"token\">"));
}

}  // namespace
}  // namespace earshot::ops
