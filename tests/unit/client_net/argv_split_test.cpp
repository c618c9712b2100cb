#include "client/core/argv_split.hpp"

#include <gtest/gtest.h>

namespace earshot::client {
namespace {

using Arguments = std::vector<std::string>;

Arguments split(std::string_view line) {
    const auto arguments = split_argv(line);
    return arguments ? *arguments : Arguments{"FAILED: " + arguments.failure().text};
}

TEST(SplitArgv, PartsAtBlanks) {
    EXPECT_EQ(split("  light   --to red\t7 "), (Arguments{"light", "--to", "red", "7"}));
}

TEST(SplitArgv, KeepsBlanksInQuotes) {
    EXPECT_EQ(split(R"(say 'two words' "and more")"), (Arguments{"say", "two words", "and more"}));
    EXPECT_EQ(split(R"(a"b c"d)"), (Arguments{"ab cd"}));
    EXPECT_EQ(split(R"(say "" '')"), (Arguments{"say", "", ""}));
}

TEST(SplitArgv, TakesTheCharacterAfterABackslash) {
    EXPECT_EQ(split(R"(a\ b "c\"d" 'e\f')"), (Arguments{"a b", "c\"d", "e\\f"}));
}

TEST(SplitArgv, ExpandsNothing) {
    EXPECT_EQ(
        split("echo $HOME `id` * ~ ; rm | cat > x && y"),
        (Arguments{"echo", "$HOME", "`id`", "*", "~", ";", "rm", "|", "cat", ">", "x", "&&", "y"}));
}

TEST(SplitArgv, RefusesWhatIsNotWhole) {
    EXPECT_FALSE(split_argv("say 'open"));
    EXPECT_FALSE(split_argv("say \"open"));
    EXPECT_FALSE(split_argv("say \\"));
    EXPECT_FALSE(split_argv(""));
    EXPECT_FALSE(split_argv(" \t "));
    EXPECT_FALSE(split_argv("'' x"));
    EXPECT_FALSE(split_argv(std::string_view{"a\0b", 3}));
}

}  // namespace
}  // namespace earshot::client
