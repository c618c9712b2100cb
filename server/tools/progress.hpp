#pragma once

#include "common/base/time.hpp"

#include <chrono>
#include <functional>
#include <iosfwd>
#include <string>

namespace earshot::tools {

/// Shows how far a rendering is: a bar that moves on a terminal, else a line every few seconds.
/// Thread: one owner.
class Progress {
public:
    using Clock = std::function<std::chrono::steady_clock::time_point()>;

    /// @param out       Outlives this.
    /// @param terminal  Whether a line can be written over.
    /// @param length    Of the whole, > 0.
    /// @param what      Said behind the figures; may be empty.
    Progress(std::ostream& out,
             bool terminal,
             Frames length,
             Clock clock = std::chrono::steady_clock::now,
             const std::string& what = {});

    /// @param done  Of the whole; called as often as one likes.
    void show(Frames done);
    /// Takes the bar away. @return how long it all took.
    std::chrono::duration<double> finish();

private:
    [[nodiscard]] std::string line(double part, double elapsed_s) const;

    std::ostream& out_;
    bool terminal_;
    Frames length_;
    std::chrono::milliseconds every_;
    Clock clock_;
    std::string what_;
    std::chrono::steady_clock::time_point begun_;
    std::chrono::steady_clock::time_point next_;
    bool shown_ = false;
};

}  // namespace earshot::tools
