#include "server/evidence/lockstep_formats.hpp"
#include "server/tools/picture/chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

namespace earshot::evidence {
namespace {

using picture::Area;
using picture::Chart;
using picture::Point;
using picture::Stroke;

constexpr double kWidth = 1'100.0;
constexpr double kLeft = 110.0;
constexpr double kRight = 1'070.0;
constexpr double kSummaryTop = 78.0;
constexpr double kLineHeight = 20.0;
constexpr Area kOverTime{kLeft, 180.0, kRight, 460.0};
constexpr Area kEventLane{kLeft, 472.0, kRight, 562.0};
constexpr Area kDistribution{kLeft, 656.0, kRight, 826.0};
constexpr double kBeforeStatements = 902.0;
constexpr double kInStepUs = 1'000.0;
constexpr picture::Scale kErrorScale{.from = 1.0, .to = 1e6, .logarithmic = true};
constexpr std::string_view kGood = "#009e73";
constexpr std::string_view kQuiet = "#555555";
constexpr std::string_view kBad = "#cc3311";
constexpr Stroke kApart{.colour = "#111111", .width = 2.4};
constexpr Stroke kMedian{.colour = picture::kAfterColour, .width = 1.6};
constexpr Stroke kMost{.colour = picture::kRightColour, .width = 1.6, .dashes = "7 3"};
constexpr Stroke kWorst{.colour = picture::kBeforeColour, .width = 1.4, .dashes = "2 3"};
constexpr Stroke kInStep{.colour = kGood, .width = 1.2, .dashes = "10 4"};

std::vector<picture::Tick> error_ticks() {
    return {{1.0, "1 us"},  {10.0, "10 us"}, {100.0, "100 us"}, {1e3, "1 ms"},
            {1e4, "10 ms"}, {1e5, "100 ms"}, {1e6, "1 s"}};
}

template <class... Values>
std::string printed(const char* format, Values... values) {
    std::array<char, 512> text{};
    std::snprintf(text.data(), text.size(), format, values...);
    return text.data();
}

std::string in_words(double us) {
    if (us < 999.5) return printed("%.0f us", us);
    return us < 999'500.0 ? printed("%.1f ms", us / 1e3) : printed("%.1f s", us / 1e6);
}

unsigned long long number(std::uint64_t count) {
    return count;
}

/// What a facilitator wants to know before looking at a plot.
std::vector<std::string> summary_of(const Tally& total) {
    std::vector<std::string> lines;
    lines.push_back(total.apart.count() == 0
                        ? "Together: no two listeners have told how far off they were."
                        : "Together: the two listeners farthest apart were " +
                              in_words(total.apart.quantile_us(0.5)) + " apart in the median, " +
                              in_words(total.apart.quantile_us(0.95)) +
                              " or less for 95 % of the time, " + in_words(total.apart.max_us()) +
                              " at worst.");
    const double share = total.playing == 0 ? 0.0
                                            : 100.0 * static_cast<double>(total.in_step) /
                                                  static_cast<double>(total.playing);
    lines.push_back(
        printed("In step: in %.1f %% of %llu reports, 99 %% of the errors of the last "
                "2 s were below 1 ms.",
                std::floor(10.0 * share) / 10.0, number(total.playing)));
    lines.push_back(
        printed("Listeners: %llu joined, %llu returned, %llu departed. Re-anchors: "
                "%llu. Packets lost: %llu, late: %llu. Concealed: %.2f s.",
                number(total.joins), number(total.returns), number(total.departures),
                number(total.reanchors), number(total.lost), number(total.late),
                static_cast<double>(total.concealed_frames) / kSampleRateHz));
    return lines;
}

/// One value of each slot, in its middle. NaN is a gap.
template <class Value>
std::vector<Point> over_time(const LockstepReport& report, double end_s, Value value) {
    const double length = std::chrono::duration<double>(report.slot_length()).count();
    std::vector<Point> points;
    for (std::size_t n = 0; n < report.slots().size(); ++n) {
        const Tally& slot = report.slots()[n];
        const double from = static_cast<double>(n) * length;
        const double middle = 0.5 * (from + std::min(from + length, std::max(end_s, from)));
        points.push_back({middle, std::max(value(slot), kErrorScale.from)});
    }
    return points;
}

/// Its NaN: nobody told of it.
double median_of(const ErrorBins& errors) {
    return errors.count() == 0 ? std::numeric_limits<double>::quiet_NaN() : errors.quantile_us(0.5);
}

double largest_of(const ErrorBins& errors, double largest_us) {
    return errors.count() == 0 ? std::numeric_limits<double>::quiet_NaN() : largest_us;
}

/// A row of the lane for each kind of event; the name stands beside it.
struct EventRow {
    std::string_view name;
    std::string_view colour;
    const char* mark;  ///< A path, from the mark's middle.
};
constexpr std::array<EventRow, 5> kEventRows{{
    {"came", kGood, "m-5 4l5-9l5 9z"},
    {"left", kQuiet, "m-5-4l5 9l5-9z"},
    {"sound lost", kBad, "m-5 0h10"},
    {"re-anchored", kBad, "m0-6l6 6l-6 6l-6-6z"},
    {"different", kBad, "m-5-5l10 10m0-10l-10 10"},
}};

std::size_t row_of(LockstepEvent::Kind kind) {
    using Kind = LockstepEvent::Kind;
    switch (kind) {
        case Kind::joined:
        case Kind::returned:
            return 0;
        case Kind::gone:
            return 1;
        case Kind::concealed:
            return 2;
        case Kind::reanchored:
            return 3;
        case Kind::different:
            break;
    }
    return 4;
}

void draw_events(std::string& svg,
                 const LockstepReport& report,
                 const picture::Scale& time,
                 double end_s) {
    Chart lane(svg, kEventLane, time, {.from = static_cast<double>(kEventRows.size()), .to = 0.0});
    lane.x_axis(picture::time_ticks(end_s), "Time since the server's start", true);
    for (std::size_t row = 0; row < kEventRows.size(); ++row) {
        picture::add_text(svg, kLeft - 9.0, lane.y(static_cast<double>(row) + 0.5) + 4.5,
                          kEventRows[row].name, "text-anchor=\"end\"");
    }
    for (const LockstepEvent& event : report.events()) {
        const std::size_t row = row_of(event.kind);
        const double x = lane.x(seconds_since_begin(report, event.at));
        const std::string colour(kEventRows[row].colour);
        picture::add(svg, "<path d=\"M%.1f %.1f%s\" fill=\"%s\" stroke=\"%s\" stroke-width=\"2\"/>",
                     x, lane.y(static_cast<double>(row) + 0.5), kEventRows[row].mark,
                     row == 4 ? "none" : colour.c_str(), colour.c_str());
    }
    lane.border();
}

void draw_over_time(std::string& svg, const LockstepReport& report, double duration_s) {
    const double end_s = std::max(duration_s, 1.0);
    const picture::Scale time{.from = 0.0, .to = end_s};
    Chart chart(svg, kOverTime, time, kErrorScale);
    chart.title("How far off, over time");
    std::vector<picture::Tick> ticks = picture::time_ticks(end_s);
    for (picture::Tick& tick : ticks) tick.label.clear();  // they stand below the events
    chart.x_axis(ticks, "", true);
    chart.y_axis(error_ticks(), "error", true);
    chart.line(std::array{Point{0.0, kInStepUs}, Point{end_s, kInStepUs}}, kInStep);
    chart.line(
        over_time(report, duration_s,
                  [](const Tally& slot) { return largest_of(slot.error_p99, slot.error_max_us); }),
        kWorst);
    chart.line(
        over_time(report, duration_s, [](const Tally& slot) { return median_of(slot.error_p99); }),
        kMost);
    chart.line(
        over_time(report, duration_s, [](const Tally& slot) { return median_of(slot.error_p50); }),
        kMedian);
    chart.line(
        over_time(report, duration_s,
                  [](const Tally& slot) { return largest_of(slot.apart, slot.apart.max_us()); }),
        kApart);
    chart.legend(740.0, "farthest two apart", kApart);
    chart.legend(560.0, "error: median", kMedian);
    chart.legend(415.0, "99 %", kMost);
    chart.legend(330.0, "largest of anyone", kWorst);
    chart.legend(160.0, "1 ms: in step", kInStep);
    chart.border();
    draw_events(svg, report, time, end_s);
}

/// Share of reports up to each error.
std::vector<Point> cumulated(const ErrorBins& errors) {
    std::vector<Point> points;
    double below = 0.0;
    for (std::size_t bin = 0; bin < ErrorBins::kBins && errors.count() > 0; ++bin) {
        below += errors.count(bin);
        points.push_back(
            {ErrorBins::edge_us(bin), 100.0 * below / static_cast<double>(errors.count())});
    }
    return points;
}

void draw_distribution(std::string& svg, const Tally& total) {
    Chart chart(svg, kDistribution, kErrorScale, {.from = 0.0, .to = 100.0});
    chart.title("Share of reports with no larger error");
    chart.x_axis(error_ticks(), "error is at most", true);
    chart.y_axis(picture::even_ticks(0, 100, 25), "% of reports", true);
    chart.line(std::array{Point{kInStepUs, 0.0}, Point{kInStepUs, 100.0}}, kInStep);
    chart.line(cumulated(total.error_p99), kMost);
    chart.line(cumulated(total.error_p50), kMedian);
    chart.line(cumulated(total.apart), kApart);
    chart.legend(620.0, "farthest two apart", kApart);
    chart.legend(440.0, "a listener's median of 2 s", kMedian);
    chart.legend(215.0, "a listener's 99 % of 2 s", kMost);
    chart.border();
}

/// Words in lines that fit the picture.
std::vector<std::string> lines_of(std::string_view words) {
    constexpr std::size_t kLongest = 130;
    std::vector<std::string> lines;
    while (words.size() > kLongest) {
        const std::size_t space = words.rfind(' ', kLongest);
        const std::size_t end = space == std::string_view::npos ? kLongest : space;
        lines.emplace_back(words.substr(0, end));
        words.remove_prefix(space == std::string_view::npos ? end : end + 1);
    }
    lines.emplace_back(words);
    return lines;
}

std::string_view colour_of(Verdict verdict) {
    if (verdict == Verdict::identical) return kGood;
    return verdict == Verdict::different ? kBad : kQuiet;
}

/// What each perspective's listeners were given. @return y below it.
double draw_delivery(std::string& svg, const LockstepReport& report, const SessionFacts& facts) {
    double y = kBeforeStatements;
    picture::add_text(svg, kLeft, y, "What listeners were given",
                      "font-weight=\"bold\" font-size=\"14\"");
    for (std::size_t n = 0; n < facts.perspectives.size(); ++n) {
        const DeliveryFigures figures = report.delivery(StreamId{static_cast<std::uint8_t>(n)});
        const std::string colour(colour_of(figures.verdict()));
        y += 26.0;
        picture::add_text(svg, kLeft, y,
                          facts.perspectives[n] + ": " + std::string(to_string(figures.verdict())),
                          "font-weight=\"bold\" fill=\"" + colour + "\"");
        for (const std::string& line : lines_of(figures.statement())) {
            y += kLineHeight;
            picture::add_text(svg, kLeft + 18.0, y, line);
        }
    }
    return y;
}

}  // namespace

std::string lockstep_svg(const LockstepReport& report, const SessionFacts& facts) {
    const double duration_s = seconds_since_begin(report, facts.now);
    std::string svg;
    const double bottom = draw_delivery(svg, report, facts);
    const std::string title = "Lockstep report: " + facts.title;
    picture::add_text(svg, kLeft, 30.0, title, "font-weight=\"bold\" font-size=\"18\"");
    picture::add_text(svg, kLeft, 51.0,
                      printed("%.0f s from the server's start; session ", duration_s) + facts.id +
                          ", " + facts.server,
                      "fill=\"#555\"");
    double y = kSummaryTop;
    for (const std::string& line : summary_of(report.total())) {
        picture::add_text(svg, kLeft, y, line);
        y += kLineHeight;
    }
    draw_over_time(svg, report, duration_s);
    draw_distribution(svg, report.total());
    std::string whole;
    picture::begin_svg(whole, kWidth, bottom + 2.0 * kLineHeight, title);
    return whole + svg + "</svg>\n";
}

}  // namespace earshot::evidence
