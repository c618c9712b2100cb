#include "server/tools/picture/chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace earshot::picture {
namespace {

constexpr double kTickLength = 5.0;

void add_stroke(std::string& svg, const Stroke& stroke) {
    svg += " stroke=\"" + std::string(stroke.colour) + "\"";
    if (!stroke.dashes.empty()) {
        svg += " stroke-dasharray=\"" + std::string(stroke.dashes) + "\"";
    }
    add(svg, " stroke-width=\"%.1f\"/>", stroke.width);
}

void add_line(std::string& svg, double x1, double y1, double x2, double y2, const char* colour) {
    add(svg, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>", x1, y1, x2,
        y2, colour);
}

}  // namespace

double Scale::part_of(double value) const noexcept {
    const double part =
        logarithmic ? std::log(value / from) / std::log(to / from) : (value - from) / (to - from);
    return std::clamp(part, 0.0, 1.0);
}

double Chart::x(double value) const noexcept {
    return area_.left + x_.part_of(value) * area_.width();
}

double Chart::y(double value) const noexcept {
    return area_.bottom - y_.part_of(value) * area_.height();
}

void Chart::title(std::string_view title) {
    add_text(svg_, area_.left, area_.top - 10.0, title, "font-weight=\"bold\" font-size=\"14\"");
}

void Chart::x_axis(std::span<const Tick> ticks, std::string_view label, bool grid) {
    for (const Tick& tick : ticks) {
        const double at = x(tick.at);
        if (grid) {
            add_line(svg_, at, area_.top, at, area_.bottom, "#e3e3e3");
        }
        add_line(svg_, at, area_.bottom, at, area_.bottom + kTickLength, "#555");
        add_text(svg_, at, area_.bottom + 19.0, tick.label, "text-anchor=\"middle\"");
    }
    if (!label.empty()) {
        add_text(svg_, 0.5 * (area_.left + area_.right), area_.bottom + 38.0, label,
                 "text-anchor=\"middle\"");
    }
}

void Chart::y_axis(std::span<const Tick> ticks, std::string_view label, bool grid) {
    for (const Tick& tick : ticks) {
        const double at = y(tick.at);
        if (grid) {
            add_line(svg_, area_.left, at, area_.right, at, "#e3e3e3");
        }
        add_line(svg_, area_.left - kTickLength, at, area_.left, at, "#555");
        add_text(svg_, area_.left - 9.0, at + 4.5, tick.label, "text-anchor=\"end\"");
    }
    add(svg_, "<g transform=\"translate(%.1f %.1f) rotate(-90)\">", area_.left - 58.0,
        0.5 * (area_.top + area_.bottom));
    add_text(svg_, 0.0, 0.0, label, "text-anchor=\"middle\"");
    svg_ += "</g>\n";
}

void Chart::border() {
    add(svg_,
        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"none\" "
        "stroke=\"#555\"/>",
        area_.left, area_.top, area_.width(), area_.height());
}

void Chart::line(std::span<const Point> points, const Stroke& stroke) {
    std::string path;
    bool drawing = false;
    for (const Point& point : points) {
        if (std::isnan(point.y)) {
            drawing = false;
            continue;
        }
        std::array<char, 48> piece{};
        std::snprintf(piece.data(), piece.size(), "%c%.1f %.1f", drawing ? 'L' : 'M', x(point.x),
                      y(point.y));
        path += piece.data();
        drawing = true;
    }
    if (!path.empty()) {
        svg_ += "<path fill=\"none\" stroke-linejoin=\"round\" d=\"" + path + "\"";
        add_stroke(svg_, stroke);
    }
}

void Chart::legend(double at, std::string_view text, const Stroke& stroke, int row) {
    const double left = area_.right - at;
    const double middle = area_.top - 14.0 - 18.0 * row;
    std::array<char, 96> line{};
    std::snprintf(line.data(), line.size(), "<path d=\"M%.1f %.1fh26\"", left, middle);
    svg_ += line.data();
    add_stroke(svg_, stroke);
    add_text(svg_, left + 32.0, middle + 4.0, text);
}

std::vector<Tick> even_ticks(int from, int to, int step) {
    std::vector<Tick> ticks;
    for (int value = from; value <= to; value += step) {
        // A minus sign as wide as a plus.
        ticks.push_back({static_cast<double>(value),
                         value < 0 ? "\u2212" + std::to_string(-value) : std::to_string(value)});
    }
    return ticks;
}

std::vector<Tick> frequency_ticks(std::span<const double> hz) {
    std::vector<Tick> ticks;
    for (const double at : hz) {
        std::array<char, 32> text{};
        std::snprintf(text.data(), text.size(), at < 1'000.0 ? "%g" : "%g k",
                      at < 1'000.0 ? at : at / 1'000.0);
        ticks.push_back({at, text.data()});
    }
    return ticks;
}

std::vector<Tick> time_ticks(double length_s) {
    constexpr std::array<int, 12> kSteps{1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1'200, 3'600};
    const auto fits = [&](int step) { return length_s <= 12.0 * step; };
    const auto* const found = std::find_if(kSteps.begin(), kSteps.end(), fits);
    int step = found == kSteps.end() ? 7'200 : *found;
    while (!fits(step) && step < 1'000'000'000) step *= 2;
    std::vector<Tick> ticks;
    for (int at = 0; at <= static_cast<int>(length_s); at += step) {
        std::array<char, 32> text{};
        if (length_s >= 3'600.0) {
            std::snprintf(text.data(), text.size(), "%d:%02d:%02d", at / 3'600, at / 60 % 60,
                          at % 60);
        } else {
            std::snprintf(text.data(), text.size(), "%d:%02d", at / 60, at % 60);
        }
        ticks.push_back({static_cast<double>(at), text.data()});
    }
    return ticks;
}

}  // namespace earshot::picture
