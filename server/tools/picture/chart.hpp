#pragma once

#include "server/tools/picture/svg.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::picture {

/// Maps values to points of the picture, straight or by their logarithm. `from` may be the larger
/// end: then the scale runs the other way.
struct Scale {
    double from = 0.0;  ///< Value at the left or at the bottom.
    double to = 1.0;    ///< At the right or at the top.
    bool logarithmic = false;

    /// 0 at `from`, 1 at `to`; values outside are taken to the ends.
    [[nodiscard]] double part_of(double value) const noexcept;
};

struct Tick {
    double at = 0.0;
    std::string label;
};

struct Point {
    double x = 0.0;
    double y = 0.0;  ///< NaN: a gap.
};

/// How a line looks.
struct Stroke {
    std::string_view colour;
    double width = 1.6;
    std::string_view dashes = {};  ///< "6 4"; empty: solid.
};

/// Colours that stay apart for colour-blind eyes and in grey print.
/// Source: Okabe & Ito, Color Universal Design, 2008.
inline constexpr std::string_view kBeforeColour = "#8a8a8a";
inline constexpr std::string_view kAfterColour = "#0072b2";
inline constexpr std::string_view kLeftColour = "#0072b2";
inline constexpr std::string_view kRightColour = "#d55e00";

/// A plot with labelled axes. Draws into the text of an SVG that the caller owns.
class Chart {
public:
    Chart(std::string& svg, const Area& area, const Scale& x, const Scale& y)
        : svg_(svg), area_(area), x_(x), y_(y) {}

    [[nodiscard]] double x(double value) const noexcept;
    [[nodiscard]] double y(double value) const noexcept;
    [[nodiscard]] const Area& area() const noexcept { return area_; }

    /// @param title  Over the plot, at its left.
    void title(std::string_view title);
    /// Ticks, numbers and, with `grid`, lines across the plot.
    void x_axis(std::span<const Tick> ticks, std::string_view label, bool grid);
    void y_axis(std::span<const Tick> ticks, std::string_view label, bool grid);
    /// The border; after what is drawn inside.
    void border();
    /// Straight lines between the points, which are kept inside the plot.
    void line(std::span<const Point> points, const Stroke& stroke);
    /// An entry of the legend, above the plot. @param at  Its distance from the plot's right side.
    /// @param row  0 is beside the title; others are above.
    void legend(double at, std::string_view text, const Stroke& stroke, int row = 0);

private:
    std::string& svg_;
    Area area_;
    Scale x_;
    Scale y_;
};

/// Whole numbers from `from` to `to`, every `step`.
[[nodiscard]] std::vector<Tick> even_ticks(int from, int to, int step);
/// "50", "1 k": at these frequencies.
[[nodiscard]] std::vector<Tick> frequency_ticks(std::span<const double> hz);
/// Minutes and seconds over a length, at most some twelve ticks.
[[nodiscard]] std::vector<Tick> time_ticks(double length_s);

}  // namespace earshot::picture
