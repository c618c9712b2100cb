#include "common/show/audiogram_csv.hpp"

#include "common/show/plain_text.hpp"
#include "common/show/refused.hpp"
#include "common/show/suggest.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <vector>

namespace earshot::show {
namespace {

using namespace std::string_view_literals;
using Cells = std::array<std::string_view, 3>;

constexpr std::array kColumns{"frequency"sv, "left"sv, "right"sv};
constexpr double kLowestHz = 20.0;
constexpr double kHighestHz = 20'000.0;
constexpr double kLowestDb = -20.0;
constexpr double kHighestDb = 130.0;
constexpr std::size_t kQuotedBytes = 24;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view kBlank = " \t\r";
    const std::size_t first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

[[nodiscard]] std::optional<double> number_in(std::string_view cell) noexcept {
    double value = 0.0;
    const char* const end = cell.data() + cell.size();
    const auto [rest, error] = std::from_chars(cell.data(), end, value);
    return error == std::errc{} && rest == end ? std::optional(value) : std::nullopt;
}

class CsvReader {
public:
    CsvReader(std::string_view csv, std::string_view name) : rest_(csv), name_(name) {}
    [[nodiscard]] EarAudiograms read(dsp::Audiogram::Axis axis);

private:
    /// The next line that says something, without blanks around; false at the end.
    bool next(std::string_view& line);
    [[noreturn]] void refuse(const std::string& text, Errc code = Errc::bad_value) const;
    [[nodiscard]] Cells cells_of(std::string_view line) const;
    [[nodiscard]] bool read_names(const Cells& cells);
    [[nodiscard]] double number(std::string_view cell,
                                std::string_view what,
                                double lowest,
                                double highest) const;
    void add(const Cells& cells);
    [[nodiscard]] dsp::Audiogram made(const std::vector<dsp::AudiogramPoint>& points,
                                      std::string_view side,
                                      dsp::Audiogram::Axis axis) const;

    std::string_view rest_;
    std::string_view name_;
    std::size_t line_ = 0;
    char separator_ = ',';
    double last_hz_ = 0.0;
    std::array<std::size_t, 3> order_{0, 1, 2};  ///< Where frequency, left and right stand.
    std::vector<dsp::AudiogramPoint> left_;
    std::vector<dsp::AudiogramPoint> right_;
};

void CsvReader::refuse(const std::string& text, Errc code) const {
    throw Refused{{code, one_line(std::string(name_) + ":" +
                                  std::to_string(std::max<std::size_t>(line_, 1)) + ": " + text)}};
}

bool CsvReader::next(std::string_view& line) {
    while (!rest_.empty()) {
        const std::size_t end = std::min(rest_.find('\n'), rest_.size());
        line = trimmed(rest_.substr(0, end));
        rest_.remove_prefix(std::min(end + 1, rest_.size()));
        ++line_;
        if (!line.empty() && !line.starts_with('#')) {
            return true;
        }
    }
    return false;
}

Cells CsvReader::cells_of(std::string_view line) const {
    Cells cells;
    std::size_t count = 0;
    for (std::size_t begin = 0; begin <= line.size(); ++count) {
        const std::size_t end = std::min(line.find(separator_, begin), line.size());
        if (count < cells.size()) {
            cells[count] = trimmed(line.substr(begin, end - begin));
        }
        begin = end + 1;
    }
    if (count != cells.size()) {
        refuse("expected three values, frequency" + std::string(1, separator_) + "left" +
               std::string(1, separator_) + "right, found " + std::to_string(count));
    }
    return cells;
}

bool CsvReader::read_names(const Cells& cells) {
    if (number_in(cells[0]) || number_in(cells[1]) || number_in(cells[2])) {
        return false;
    }
    std::array<bool, 3> seen{};
    for (std::size_t i = 0; i < cells.size(); ++i) {
        std::string word(cells[i]);
        std::ranges::transform(word, word.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
        const auto column =
            static_cast<std::size_t>(std::ranges::find(kColumns, word) - kColumns.begin());
        if (column == kColumns.size()) {
            const std::string_view near = nearest_word(word, kColumns);
            refuse("unknown column \"" + word.substr(0, kQuotedBytes) + "\"" +
                   (near.empty() ? "" : ", did you mean \"" + std::string(near) + "\"?") +
                   "; expected " + joined(kColumns));
        }
        if (seen[column]) {
            refuse("column \"" + word + "\" is there twice; expected " + joined(kColumns));
        }
        seen[column] = true;
        order_[column] = i;
    }
    return true;
}

double CsvReader::number(std::string_view cell,
                         std::string_view what,
                         double lowest,
                         double highest) const {
    const std::optional<double> value = number_in(cell);
    if (!value || !(*value >= lowest && *value <= highest)) {  // not a number, too
        refuse(std::string(what) + ": expected a number from " + plain_number(lowest) + " to " +
                   plain_number(highest) +
                   (cell.find(',') != std::string_view::npos ? " with a decimal point" : "") +
                   ", found \"" + std::string(cell.substr(0, kQuotedBytes)) + "\"",
               value ? Errc::out_of_range : Errc::bad_value);
    }
    return *value;
}

void CsvReader::add(const Cells& cells) {
    const double hz = number(cells[order_[0]], "frequency in Hz", kLowestHz, kHighestHz);
    if (hz <= last_hz_) {
        refuse("expected rising frequencies, found " + plain_number(hz) + " after " +
                   plain_number(last_hz_),
               Errc::out_of_range);
    }
    last_hz_ = hz;
    const auto add_to = [&](std::vector<dsp::AudiogramPoint>& points, std::string_view cell,
                            std::string_view what) {
        if (cell.empty()) {
            return;
        }
        if (points.size() == dsp::Audiogram::kMostPoints) {
            refuse(
                "expected at most " + std::to_string(dsp::Audiogram::kMostPoints) + " frequencies",
                Errc::too_many);
        }
        points.push_back({.hz = hz, .db = number(cell, what, kLowestDb, kHighestDb)});
    };
    add_to(left_, cells[order_[1]], "left, dB HL");
    add_to(right_, cells[order_[2]], "right, dB HL");
}

dsp::Audiogram CsvReader::made(const std::vector<dsp::AudiogramPoint>& points,
                               std::string_view side,
                               dsp::Audiogram::Axis axis) const {
    if (points.empty()) {
        refuse("expected at least one hearing level of the " + std::string(side) +
               " ear, found none");
    }
    return dsp::Audiogram::make(points, axis).value();
}

EarAudiograms CsvReader::read(dsp::Audiogram::Axis axis) {
    if (rest_.starts_with(kByteOrderMark)) {
        rest_.remove_prefix(kByteOrderMark.size());
    }
    std::string_view line;
    bool first = true;
    while (next(line)) {
        if (first && line.find(';') != std::string_view::npos) {
            separator_ = ';';
        }
        const Cells cells = cells_of(line);
        if (!first || !read_names(cells)) {
            add(cells);
        }
        first = false;
    }
    return {.left = made(left_, "left", axis), .right = made(right_, "right", axis)};
}

/// The shortest digits that read back as the same number.
[[nodiscard]] std::string exact(double value) {
    std::array<char, 32> digits{};
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    return {digits.data(), end};
}

}  // namespace

Expected<EarAudiograms> read_audiogram_csv(std::string_view csv,
                                           std::string_view name,
                                           dsp::Audiogram::Axis axis) {
    if (csv.size() > kMaxAudiogramBytes) {
        return Failure{Errc::payload_too_large, std::string(name) + ": expected at most " +
                                                    std::to_string(kMaxAudiogramBytes / 1024) +
                                                    " KiB"};
    }
    try {
        return CsvReader(csv, name).read(axis);
    } catch (const Refused& refused) {
        return refused.failure;
    }
}

Expected<EarAudiograms> load_audiogram_csv(const std::filesystem::path& file,
                                           dsp::Audiogram::Axis axis) {
    const auto text = read_text_file(file, kMaxAudiogramBytes, "an audiogram file");
    if (!text) {
        return text.failure();
    }
    return read_audiogram_csv(*text, file.string(), axis);
}

std::string format_audiogram_csv(const EarAudiograms& ears) {
    std::map<double, std::array<std::string, 2>> rows;
    for (const dsp::AudiogramPoint& point : ears.left.points()) {
        rows[point.hz][0] = exact(point.db);
    }
    for (const dsp::AudiogramPoint& point : ears.right.points()) {
        rows[point.hz][1] = exact(point.db);
    }
    std::string text = "frequency,left,right\n";
    for (const auto& [hz, levels] : rows) {
        text += exact(hz) + "," + levels[0] + "," + levels[1] + "\n";
    }
    return text;
}

}  // namespace earshot::show
