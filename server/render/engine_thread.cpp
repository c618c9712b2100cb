#include "server/render/engine_thread.hpp"

#include "common/rt/realtime.hpp"

#include <ctime>

namespace earshot::render {
namespace {

constexpr int kEnginePriority = 20;

void sleep_for_ns(std::chrono::nanoseconds duration) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(duration);
    const timespec wait{.tv_sec = seconds.count(), .tv_nsec = (duration - seconds).count()};
    clock_nanosleep(CLOCK_MONOTONIC, 0, &wait, nullptr);
}

}  // namespace

EngineThread::EngineThread(RenderEngine& engine,
                           audio::RenderSink& sink,
                           const MediaClockSource& clock)
    : engine_(engine), sink_(sink), clock_(clock), thread_([this] { run(); }) {}

EngineThread::~EngineThread() {
    stopping_.store(true, std::memory_order_relaxed);
    thread_.join();
}

void EngineThread::run() {
    rt::set_realtime_priority(kEnginePriority);  // where the system permits it
    MediaInstant due = clock_.now();
    while (!stopping_.load(std::memory_order_relaxed)) {
        if (engine_.tick(clock_.now())) sink_.flush();
        due = engine_.next_tick(due);
        const auto wait = due - clock_.now();
        if (wait > std::chrono::nanoseconds{0}) {
            sleep_for_ns(wait);
        } else {
            due = clock_.now();
        }
    }
}

}  // namespace earshot::render
