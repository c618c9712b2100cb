#include "common/dsp/overlay/ringing_course.hpp"

#include "common/base/time.hpp"
#include "common/dsp/fade_curve.hpp"

#include <algorithm>
#include <cmath>

namespace earshot::dsp {
namespace {

double seconds(std::int64_t frames) noexcept {
    return static_cast<double>(frames) / kSampleRateHz;
}

}  // namespace

double ringing_share(const RingingCourse& course,
                     std::int64_t since,
                     std::int64_t position) noexcept {
    const double there = seconds(position - since);
    if (there <= 0.0) {
        return 0.0;
    }
    const double risen =
        there < course.rise_s ? fade_value(FadeCurve::quintic, there / course.rise_s) : 1.0;
    if (course.decay_s <= 0.0) {
        return risen;
    }
    const double decaying = std::min(there - course.rise_s, seconds(position));
    return risen * std::exp(-std::max(0.0, decaying) / course.decay_s);
}

bool ringing_changes(const RingingCourse& course,
                     std::int64_t since,
                     std::int64_t position) noexcept {
    return course.decay_s > 0.0 || seconds(position - since) < course.rise_s;
}

}  // namespace earshot::dsp
