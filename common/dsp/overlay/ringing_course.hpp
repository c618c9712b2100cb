#pragma once

#include <cstdint>

namespace earshot::dsp {

/// How the ringing of an ear comes and goes by itself.
struct RingingCourse {
    double rise_s = 0.0;   ///< How long it takes to come.
    double decay_s = 0.0;  ///< Time constant with which it then goes; 0: it stays.

    friend bool operator==(const RingingCourse&, const RingingCourse&) = default;
};

/// Share of the amplitude that is there, 0 to 1: an S over the rise, then an exponential. What rang
/// before programme frame 0 is there from the beginning on, and decays from frame 0.
/// @param since     Programme frame at which the ringing began.
/// @param position  Programme frame. Real-time: yes.
[[nodiscard]] double ringing_share(const RingingCourse& course,
                                   std::int64_t since,
                                   std::int64_t position) noexcept;

/// False if the share stays as it is from a position on. Real-time: yes.
[[nodiscard]] bool ringing_changes(const RingingCourse& course,
                                   std::int64_t since,
                                   std::int64_t position) noexcept;

}  // namespace earshot::dsp
