#pragma once

#include <string>

namespace earshot::sink {

/// What an ALSA device is asked for.
struct AlsaSettings {
    static constexpr int kLeastPeriod = 64;
    static constexpr int kMostPeriod = 4'800;
    static constexpr int kLeastPeriods = 2;
    static constexpr int kMostPeriods = 16;
    static constexpr int kMostPriority = 98;  ///< 99 is the kernel's own.

    std::string device = "default";  ///< As in "hw:0".
    int period_frames = 480;         ///< kLeastPeriod to kMostPeriod.
    int periods = 4;                 ///< Of the buffer, kLeastPeriods to kMostPeriods.
    int priority = 60;               ///< Of the sink's thread, SCHED_FIFO; 0: the ordinary one.
};

}  // namespace earshot::sink
