#include "server/tools/stop_signal.hpp"

#include <array>
#include <csignal>

namespace earshot::tools {
namespace {

// A signal handler can reach nothing else.
volatile std::sig_atomic_t caught = 0;

extern "C" void remember(int /*signal*/) {
    caught = 1;
}

}  // namespace

void catch_stop_signals() {
    struct sigaction action {};
    action.sa_handler = remember;
    for (const int signal : std::array{SIGINT, SIGTERM, SIGHUP}) {
        sigaction(signal, &action, nullptr);
    }
}

bool stop_wanted() noexcept {
    return caught != 0;
}

}  // namespace earshot::tools
