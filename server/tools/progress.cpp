#include "server/tools/progress.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ostream>
#include <utility>

namespace earshot::tools {
namespace {

constexpr std::chrono::milliseconds kBarEvery{100};
constexpr std::chrono::seconds kLineEvery{5};
constexpr int kBarLetters = 30;

}  // namespace

Progress::Progress(
    std::ostream& out, bool terminal, Frames length, Clock clock, const std::string& what)
    : out_(out),
      terminal_(terminal),
      length_(length),
      every_(terminal ? kBarEvery : std::chrono::milliseconds{kLineEvery}),
      clock_(std::move(clock)),
      what_(what.empty() ? what : ", " + what),
      begun_(clock_()),
      next_(begun_ + every_) {}

std::string Progress::line(double part, double elapsed_s) const {
    const double left_s = part > 0.0 ? elapsed_s * (1.0 - part) / part : 0.0;
    std::array<char, 96> figures{};
    std::snprintf(figures.data(), figures.size(), "%3.0f %%, %.0f s left", 100.0 * part,
                  std::ceil(left_s));
    if (!terminal_) {
        return figures.data() + what_ + "\n";
    }
    const auto full = static_cast<std::size_t>(std::lround(part * kBarLetters));
    return "\r[" + std::string(full, '#') + std::string(kBarLetters - full, '.') + "] " +
           figures.data() + what_ + "\x1B[K";
}

void Progress::show(Frames done) {
    const auto now = clock_();
    if (now < next_) {
        return;
    }
    next_ = now + every_;
    const double part = std::clamp(
        static_cast<double>(done.count()) / static_cast<double>(length_.count()), 0.0, 1.0);
    out_ << line(part, std::chrono::duration<double>(now - begun_).count()) << std::flush;
    shown_ = true;
}

std::chrono::duration<double> Progress::finish() {
    if (terminal_ && shown_) {
        out_ << "\r\x1B[K" << std::flush;
    }
    return clock_() - begun_;
}

}  // namespace earshot::tools
