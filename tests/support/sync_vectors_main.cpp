// earshot-sync-vectors: writes what common/sync gives over seeded scenarios, for others to match.
#include "tests/support/sync_vectors.hpp"

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

void write(const std::filesystem::path& file, const std::string& text) {
    std::ofstream out(file, std::ios::binary);
    out << text;
    out.close();
    if (!out) {
        throw std::runtime_error("cannot write " + file.string());
    }
}

constexpr std::string_view kUsage =
    "usage: earshot-sync-vectors FOLDER\n\n"
    "Writes the vectors of tests/golden/sync, a file for each class, into a folder that is there.\n"
    "Exit: 0 written, 1 something could not be written, 2 wrong usage.\n";

}  // namespace

int main(int argc, char** argv) {
    using namespace earshot::test;
    if (argc == 2 && std::string_view{argv[1]} == "--help") {
        std::fputs(kUsage.data(), stdout);
        return 0;
    }
    if (argc != 2 || std::string_view{argv[1]}.starts_with("-")) {
        std::fputs("earshot-sync-vectors: wants a folder (see --help)\n", stderr);
        return 2;
    }
    try {
        const std::filesystem::path folder{argv[1]};
        write(folder / "clock_estimator.json", clock_estimator_vectors());
        write(folder / "exchange_schedule.json", exchange_schedule_vectors());
        write(folder / "session_clock.json", session_clock_vectors());
        write(folder / "delay_locked_loop.json", delay_locked_loop_vectors());
        write(folder / "device_clock.json", device_clock_vectors());
        write(folder / "playout_loop.json", playout_loop_vectors());
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "earshot-sync-vectors: %s\n", error.what());
        return 1;
    }
}
