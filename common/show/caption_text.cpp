#include "common/show/caption_text.hpp"

#include "common/show/plain_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace earshot::show {
namespace {

using namespace std::string_view_literals;

constexpr std::array kReferences{std::pair{"&amp;"sv, "&"sv},
                                 std::pair{"&lt;"sv, "<"sv},
                                 std::pair{"&gt;"sv, ">"sv},
                                 std::pair{"&quot;"sv, "\""sv},
                                 std::pair{"&nbsp;"sv, "\xC2\xA0"sv},
                                 std::pair{"&lrm;"sv, "\xE2\x80\x8E"sv},
                                 std::pair{"&rlm;"sv, "\xE2\x80\x8F"sv}};

[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view kBlank = " \t";
    const std::size_t first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// Takes one character reference, or one byte, off the front.
[[nodiscard]] std::string_view take_character(std::string_view& rest) noexcept {
    for (const auto& [reference, character] : kReferences) {
        if (rest.starts_with(reference)) {
            rest.remove_prefix(reference.size());
            return character;
        }
    }
    const std::string_view byte = rest.substr(0, 1);
    rest.remove_prefix(1);
    return byte;
}

[[nodiscard]] std::string characters(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        result += take_character(text);
    }
    return result;
}

/// The name in "v Ruben" or "v.loud Ruben"; empty for other tags.
[[nodiscard]] std::string_view voice(std::string_view tag) noexcept {
    if (!tag.starts_with("v ") && !tag.starts_with("v\t") && !tag.starts_with("v.")) {
        return {};
    }
    const std::size_t blank = tag.find_first_of(" \t\n");
    return blank == std::string_view::npos ? std::string_view{} : trimmed(tag.substr(blank));
}

[[nodiscard]] std::string lines_trimmed(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = trimmed(text.substr(0, end));
        if (!line.empty()) {
            result += (result.empty() ? "" : "\n");
            result += one_line(line);
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return result;
}

}  // namespace

CaptionText plain_caption(std::string_view markup) {
    CaptionText caption;
    std::string text;
    while (!markup.empty()) {
        if (markup.front() != '<') {
            text += take_character(markup);
            continue;
        }
        const std::size_t end = std::min(markup.find('>'), markup.size());
        if (caption.speaker.empty()) {
            caption.speaker = one_line(characters(voice(markup.substr(1, end - 1))));
        }
        markup.remove_prefix(std::min(end + 1, markup.size()));
    }
    caption.text = lines_trimmed(text);
    return caption;
}

}  // namespace earshot::show
