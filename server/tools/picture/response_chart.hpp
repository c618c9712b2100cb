#pragma once

#include "server/tools/picture/chart.hpp"

#include <array>
#include <string>
#include <vector>

namespace earshot::picture {

/// What a state makes of tones of one level.
struct ResponseCurve {
    double input_db_spl = 65.0;
    /// Left, right: Hz, and level of what comes out less that of the tone, dB.
    std::array<std::vector<Point>, 2> gain_db;
};

/// Draws the curves of a state; where both ears are alike, once.
void draw_response(std::string& svg, const Area& area, const std::vector<ResponseCurve>& curves);

/// The middle curve in words, for those who do not see it.
[[nodiscard]] std::string response_in_words(const std::vector<ResponseCurve>& curves);

}  // namespace earshot::picture
