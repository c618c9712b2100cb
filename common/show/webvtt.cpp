#include "common/show/webvtt.hpp"

#include "common/base/utf8.hpp"
#include "common/show/caption_text.hpp"
#include "common/show/plain_text.hpp"
#include "common/show/refused.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace earshot::show {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kSignature = "WEBVTT";
constexpr std::string_view kArrow = "-->";
constexpr std::array kSkipped{"NOTE"sv, "STYLE"sv, "REGION"sv};
constexpr std::size_t kQuotedBytes = 32;
constexpr std::int64_t kMaxHours = 99;

[[nodiscard]] bool is_word(std::string_view line, std::string_view word) noexcept {
    return line.starts_with(word) &&
           (line.size() == word.size() || line[word.size()] == ' ' || line[word.size()] == '\t');
}

/// Digits and nothing else; at most as many as fit.
[[nodiscard]] std::optional<std::int64_t> digits(std::string_view text) noexcept {
    if (text.empty() || text.size() > 4) {
        return std::nullopt;
    }
    std::int64_t value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') {
            return std::nullopt;
        }
        value = value * 10 + (c - '0');
    }
    return value;
}

/// "MM:SS.mmm" or "HH:MM:SS.mmm", to the nearest frame.
[[nodiscard]] std::optional<ProgrammeTime> time_in(std::string_view text) noexcept {
    std::int64_t hours = 0;
    if (std::ranges::count(text, ':') == 2) {
        const std::size_t colon = text.find(':');
        const auto value = digits(text.substr(0, colon));
        if (colon < 2 || !value || *value > kMaxHours) {
            return std::nullopt;
        }
        hours = *value;
        text.remove_prefix(colon + 1);
    }
    if (text.size() != 9 || text[2] != ':' || text[5] != '.') {
        return std::nullopt;
    }
    const auto minutes = digits(text.substr(0, 2));
    const auto seconds = digits(text.substr(3, 2));
    const auto milliseconds = digits(text.substr(6, 3));
    if (!minutes || !seconds || !milliseconds || *minutes > 59 || *seconds > 59) {
        return std::nullopt;
    }
    const std::int64_t ms = ((hours * 60 + *minutes) * 60 + *seconds) * 1'000 + *milliseconds;
    return ProgrammeTime{Frames{ms * (kSampleRateHz / 1'000)}};
}

class VttReader {
public:
    VttReader(std::string_view vtt, std::string_view name) : rest_(vtt), name_(name) {}
    [[nodiscard]] std::vector<Caption> read();

private:
    /// The next line, without its end; false at the end of the file.
    bool next(std::string_view& line);
    void skip_block();
    void caption(std::string_view timing);
    [[nodiscard]] ProgrammeTime time(std::string_view text) const;
    [[noreturn]] void refuse(const std::string& text, Errc code = Errc::bad_value) const;

    std::string_view rest_;
    std::string_view name_;
    std::size_t line_ = 0;
    std::vector<Caption> captions_;
};

void VttReader::refuse(const std::string& text, Errc code) const {
    throw Refused{{code, one_line(std::string(name_) + ":" +
                                  std::to_string(std::max<std::size_t>(line_, 1)) + ": " + text)}};
}

bool VttReader::next(std::string_view& line) {
    if (rest_.empty()) {
        line = {};
        return false;
    }
    // A line ends with CR LF, LF or CR.
    const std::size_t end = std::min(rest_.find_first_of("\r\n"), rest_.size());
    line = rest_.substr(0, end);
    const bool two = rest_.substr(end).starts_with("\r\n");
    rest_.remove_prefix(std::min(end + (two ? 2 : 1), rest_.size()));
    ++line_;
    if (!is_utf8(line)) {
        refuse("expected text in UTF-8");
    }
    return true;
}

void VttReader::skip_block() {
    std::string_view line;
    while (next(line) && !line.empty()) {
    }
}

ProgrammeTime VttReader::time(std::string_view text) const {
    const auto value = time_in(text);
    if (!value) {
        refuse("expected a time such as 01:02:03.456, found " +
               in_quotes(text.substr(0, kQuotedBytes)));
    }
    return *value;
}

void VttReader::caption(std::string_view timing) {
    constexpr std::string_view kBlank = " \t";
    const auto word = [&](std::string_view text) {
        text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
        return text.substr(0, text.find_first_of(kBlank));
    };
    const std::size_t arrow = timing.find(kArrow);
    if (captions_.size() == kMaxCaptions) {
        refuse("expected at most " + std::to_string(kMaxCaptions) + " captions", Errc::too_many);
    }
    std::string_view before = timing.substr(0, arrow);
    before = before.substr(0, before.find_last_not_of(kBlank) + 1);
    Caption made;
    made.from = time(before);
    made.to = time(word(timing.substr(arrow + kArrow.size())));
    if (made.to <= made.from) {
        refuse("expected an end after the start", Errc::out_of_range);
    }
    std::string markup;
    for (std::string_view line; next(line) && !line.empty();) {
        if (line.find(kArrow) != std::string_view::npos) {
            refuse("expected an empty line before the next caption's times");
        }
        if (markup.size() + line.size() > 4 * kMaxCaptionBytes) {
            refuse("expected at most " + std::to_string(kMaxCaptionBytes) + " bytes of text",
                   Errc::payload_too_large);
        }
        markup += (markup.empty() ? "" : "\n");
        markup += line;
    }
    CaptionText plain = plain_caption(markup);
    if (plain.text.size() + plain.speaker.size() > kMaxCaptionBytes) {
        refuse("expected at most " + std::to_string(kMaxCaptionBytes) + " bytes of text",
               Errc::payload_too_large);
    }
    if (!plain.text.empty()) {
        made.speaker = std::move(plain.speaker);
        made.text = std::move(plain.text);
        captions_.push_back(std::move(made));
    }
}

std::vector<Caption> VttReader::read() {
    if (rest_.starts_with(kByteOrderMark)) {
        rest_.remove_prefix(kByteOrderMark.size());
    }
    std::string_view line;
    if (!next(line) || !is_word(line, kSignature)) {
        refuse("expected \"WEBVTT\" on the first line");
    }
    skip_block();
    while (next(line)) {
        if (line.empty()) {
            continue;
        }
        if (std::ranges::any_of(kSkipped, [&](auto word) { return is_word(line, word); })) {
            skip_block();
            continue;
        }
        const auto has_times = [&] { return line.find(kArrow) != std::string_view::npos; };
        if (!has_times() && !(next(line) && has_times())) {
            refuse("expected times such as 00:01.000 --> 00:03.500 after a caption's name");
        }
        caption(line);
    }
    std::ranges::stable_sort(captions_, {}, &Caption::from);
    return std::move(captions_);
}

}  // namespace

Expected<std::vector<Caption>> read_webvtt(std::string_view vtt, std::string_view name) {
    if (vtt.size() > kMaxWebVttBytes) {
        return Failure{Errc::payload_too_large, std::string(name) + ": expected at most " +
                                                    std::to_string(kMaxWebVttBytes / 1024) +
                                                    " KiB"};
    }
    try {
        return VttReader(vtt, name).read();
    } catch (const Refused& refused) {
        return refused.failure;
    }
}

Expected<std::vector<Caption>> load_webvtt(const std::filesystem::path& file) {
    const auto text = read_text_file(file, kMaxWebVttBytes, "a WebVTT caption file");
    if (!text) {
        return text.failure();
    }
    return read_webvtt(*text, file.string());
}

}  // namespace earshot::show
