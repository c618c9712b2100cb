#pragma once

#include <span>
#include <string>
#include <vector>

namespace earshot::test {

/// A hearing state in force from a moment on.
struct StateMark {
    double at_s = 0.0;
    double fade_s = 0.0;
    std::string label;
};

/// What one listener heard, to be drawn.
struct ListeningPicture {
    std::string title;
    std::string subtitle;
    std::span<const float> sound;   ///< At 48 kHz; frame 0 is at start_s.
    double start_s = 0.0;           ///< Programme time of the first frame.
    std::vector<StateMark> states;  ///< By time.
};

/// Draws level and spectrum over time with the states marked: one SVG that needs no other file.
[[nodiscard]] std::string draw(const ListeningPicture& picture);

}  // namespace earshot::test
