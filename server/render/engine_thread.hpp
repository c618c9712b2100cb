#pragma once

#include "common/base/clock.hpp"
#include "server/render/render_engine.hpp"

#include <atomic>
#include <thread>

namespace earshot::render {

/// Runs an engine against the media clock: tick, flush, sleep until the next tick is due.
/// The sleep and the flush stand outside the real-time scope.
class EngineThread {
public:
    /// @param engine, sink, clock  Outlive the thread.
    EngineThread(RenderEngine& engine, audio::RenderSink& sink, const MediaClockSource& clock);
    /// Stops and joins within one tick.
    ~EngineThread();
    EngineThread(const EngineThread&) = delete;
    EngineThread& operator=(const EngineThread&) = delete;

private:
    void run();

    RenderEngine& engine_;
    audio::RenderSink& sink_;
    const MediaClockSource& clock_;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace earshot::render
