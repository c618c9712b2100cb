#include "client/tools/status_table.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>
#include <vector>

namespace earshot::admin {
namespace {

namespace json = boost::json;

using Row = std::vector<std::string>;

/// How a column reads its cell.
struct Column {
    const char* title = "";
    const char* member = "";
    int decimals = 0;  ///< Of numbers.
    double scale = 1.0;
};

/// Columns of a terminal that a character takes is not known here; bytes of UTF-8 are, so that
/// "é" at least does not push a table out of line.
std::size_t width(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

std::string number_text(double value, int decimals) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
    return text.data();
}

std::string cell(const json::object& from, const Column& column) {
    const json::value* const value = from.if_contains(column.member);
    if (value == nullptr || value->is_null()) {
        return "-";
    }
    if (value->is_string()) {
        const std::string text =
            printable({value->get_string().data(), value->get_string().size()});
        return text.empty() ? "-" : text;
    }
    if (value->is_bool()) {
        return value->get_bool() ? "yes" : "no";
    }
    if (value->is_number()) {
        return number_text(value->to_number<double>() * column.scale, column.decimals);
    }
    return "-";
}

std::string table(const std::vector<Row>& rows) {
    std::vector<std::size_t> widths;
    for (const Row& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], width(row[i]));
        }
    }
    std::string text;
    for (const Row& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += row[i];
            if (i + 1 < row.size()) {
                line.append(widths[i] - width(row[i]) + 2, ' ');
            }
        }
        text += line + "\n";
    }
    return text;
}

template <std::size_t N>
std::string members_table(const json::object& document,
                          const char* member,
                          const std::array<Column, N>& columns) {
    const json::value* const list = document.if_contains(member);
    if (list == nullptr || !list->is_array() || list->get_array().empty()) {
        return {};
    }
    std::vector<Row> rows(1);
    for (const Column& column : columns) {
        rows.front().emplace_back(column.title);
    }
    for (const json::value& entry : list->get_array()) {
        if (!entry.is_object()) {
            continue;
        }
        Row& row = rows.emplace_back();
        for (const Column& column : columns) {
            row.push_back(cell(entry.get_object(), column));
        }
    }
    return "\n" + table(rows);
}

constexpr std::array<Column, 7> kStreamColumns{{
    {"STREAM", "stream_id"},
    {"PERSPECTIVE", "perspective"},
    {"TITLE", "title"},
    {"STATE", "state"},
    {"INTENSITY", "intensity", 2},
    {"LISTENERS", "listeners"},
    {"GIVEN", "delivery"},
}};

constexpr std::array<Column, 18> kListenerColumns{{
    {"ID", "id"},
    {"BADGE", "badge"},
    {"NAME", "name"},
    {"PERSPECTIVE", "perspective"},
    {"HERE", "connected"},
    {"STEP", "in_step"},
    {"RISK", "risk"},
    {"STATE", "state"},
    {"P50 us", "error_p50_us"},
    {"P99 us", "error_p99_us"},
    {"MEAN us", "error_mean_us", 1},
    {"CLOCK us", "fit_bound_us"},
    {"PPM", "correction_ppm", 1},
    {"BUFFER ms", "buffer_ms"},
    {"LATE", "late"},
    {"LOST", "lost"},
    {"REANCHORS", "reanchors"},
    {"JUMPS", "device_jumps"},
}};

constexpr std::array<Column, 2> kDeliveryColumns{{
    {"PERSPECTIVE", "perspective"},
    {"WHAT WAS GIVEN", "statement"},
}};

constexpr std::array<Column, 12> kRecordColumns{{
    {"ID", "id"},
    {"BADGE", "badge"},
    {"PERSPECTIVE", "perspective"},
    {"HERE", "connected"},
    {"REPORTS", "reports"},
    {"IN STEP", "in_step"},
    {"MAX us", "error_max_us"},
    {"REANCHORS", "reanchors"},
    {"LATE", "late"},
    {"LOST", "lost"},
    {"MISSING", "packets_missing"},
    {"DIFFERENT", "seconds_different"},
}};

/// "800 ms (crowded), 412 ms by now"
std::string lead_text(const json::object& document) {
    const auto get = [&](const char* member) { return cell(document, {"", member}); };
    const std::string preset = get("preset");
    const std::string now = get("lead_now_ms");
    const bool on_its_way = now != "-" && now != get("lead_ms");
    return get("lead_ms") + " ms" + (preset == "-" ? "" : " (" + preset + ")") +
           (on_its_way ? ", " + now + " ms by now" : "");
}

/// ", 2 at risk (Blue Heron 17: late, Red Fox 3: buffer)"; the first five by name.
std::string at_risk_text(const json::object& document) {
    constexpr int kNamed = 5;
    const std::string count = cell(document, {"", "listeners_at_risk"});
    if (count == "-" || count == "0") {
        return {};
    }
    std::string who;
    int named = 0;
    const json::value* const list = document.if_contains("listeners");
    if (list != nullptr && list->is_array()) {
        for (const json::value& entry : list->get_array()) {
            const json::object* const listener = entry.if_object();
            if (listener == nullptr || cell(*listener, {"", "at_risk"}) != "yes") {
                continue;
            }
            if (named++ == kNamed) {
                who += " …";
                break;
            }
            who += (who.empty() ? "" : ", ") + cell(*listener, {"", "badge"}) + ": " +
                   cell(*listener, {"", "risk"});
        }
    }
    return ", " + count + " at risk" + (who.empty() ? "" : " (" + who + ")");
}

std::string overview(const json::object& document) {
    const auto get = [&](const char* member) { return cell(document, {"", member}); };
    const std::string apart =
        document.contains("listeners_apart_us")
            ? ", the farthest two " + cell(document, {"", "listeners_apart_us", 1}) + " us apart"
            : "";
    std::vector<Row> rows{
        {"show", get("title")},
        {"phase", get("phase") + ", programme at " + get("programme")},
        {"listeners", get("listeners_connected") + " here, " + get("listeners_in_step") +
                          " in step" + at_risk_text(document) + apart},
        {"lead", lead_text(document)},
    };
    if (const json::value* const source = document.if_contains("source");
        source != nullptr && source->is_object()) {
        const json::object& of = source->get_object();
        rows.push_back({"source", cell(of, {"", "description"}) +
                                      (cell(of, {"", "stalled"}) == "yes" ? " (STALLED)" : "")});
    }
    if (get("advice") != "-") {
        rows.push_back({"advice", get("advice")});
    }
    if (get("panic") == "yes") {
        rows.push_back({"PANIC", "is on; end it with: earshot all-clear"});
    }
    return table(rows);
}

Expected<json::object> object_of(std::string_view text) {
    json::error_code error;
    json::value document = json::parse({text.data(), text.size()}, error);
    if (error || !document.is_object()) {
        return Failure{Errc::bad_value, "the server's answer is not a JSON object"};
    }
    return std::move(document.get_object());
}

/// One line of the errors: how they are distributed.
Row error_row(const json::object& total, const char* title, const char* member) {
    const json::value* const errors = total.if_contains(member);
    const json::object none;
    const json::object& of = errors != nullptr && errors->is_object() ? errors->get_object() : none;
    return {title, cell(of, {"", "p50", 1}), cell(of, {"", "p95", 1}), cell(of, {"", "p99", 1}),
            cell(of, {"", "max", 1})};
}

/// What happened to all of them together.
std::string totals(const json::object& document) {
    const json::value* const member = document.if_contains("total");
    if (member == nullptr || !member->is_object()) {
        return {};
    }
    const json::object& total = member->get_object();
    const auto get = [&](const char* name) { return cell(total, {"", name}); };
    const std::vector<Row> counts{
        {"reports",
         get("reports") + ", " + get("playing") + " while playing, " + get("in_step") + " in step"},
        {"listeners", get("joins") + " joined, " + get("returns") + " returned, " +
                          get("departures") + " departed"},
        {"trouble", get("reanchors") + " re-anchors; packets late " + get("late") + ", lost " +
                        get("lost") + "; frames concealed " + get("concealed_frames")}};
    const std::vector<Row> errors{{"ERROR us", "P50", "P95", "P99", "MAX"},
                                  error_row(total, "median of 2 s", "error_p50_us"),
                                  error_row(total, "99 % of 2 s", "error_p99_us"),
                                  error_row(total, "farthest two apart", "apart_us")};
    return table(counts) + "\n" + table(errors);
}

double worst_error(const json::value& record) {
    const json::object* const object = record.if_object();
    const json::value* const error = object ? object->if_contains("error_max_us") : nullptr;
    return error != nullptr && error->is_number() ? error->to_number<double>() : 0.0;
}

}  // namespace

std::string printable(std::string_view text) {
    std::string line{text};
    std::replace_if(
        line.begin(), line.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
    return line;
}

Expected<std::string> status_table(std::string_view text) {
    const auto document = object_of(text);
    if (!document) {
        return document.failure();
    }
    const json::object& members = *document;
    return overview(members) + members_table(members, "streams", kStreamColumns) +
           members_table(members, "listeners", kListenerColumns);
}

Expected<std::string> lead_line(std::string_view text) {
    const auto document = object_of(text);
    if (!document) {
        return document.failure();
    }
    return lead_text(*document) + "\n";
}

Expected<std::string> lockstep_table(std::string_view text) {
    auto document = object_of(text);
    if (!document) {
        return document.failure();
    }
    json::object& members = *document;
    if (json::value* const list = members.if_contains("listeners");
        list != nullptr && list->is_array()) {
        std::stable_sort(list->get_array().begin(), list->get_array().end(),
                         [](const json::value& a, const json::value& b) {
                             return worst_error(a) > worst_error(b);
                         });
    }
    const std::vector<Row> heading{{"show", cell(members, {"", "title"})},
                                   {"lasted", cell(members, {"", "duration_s"}) + " s"}};
    return table(heading) + totals(members) + members_table(members, "delivery", kDeliveryColumns) +
           members_table(members, "listeners", kRecordColumns);
}

}  // namespace earshot::admin
