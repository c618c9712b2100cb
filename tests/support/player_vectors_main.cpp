// earshot-player-vectors: drives the real parts of the player with seeded inputs and writes what
// they did, for the browser's player to be compared with (tests/golden/player).
#include "tests/support/player_vectors.hpp"

#include <cstddef>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace earshot::test {

namespace {

void write_bytes(const std::filesystem::path& path, const void* bytes, std::size_t size) {
    std::FILE* file = std::fopen(path.c_str(), "wb");
    const bool written = file != nullptr && std::fwrite(bytes, 1, size, file) == size;
    if (file == nullptr || std::fclose(file) != 0 || !written) {
        throw std::runtime_error("cannot write " + path.string());
    }
}

}  // namespace

void write_text(const std::filesystem::path& path, const std::string& text) {
    write_bytes(path, text.data(), text.size());
}

void write_floats(const std::filesystem::path& path, std::span<const float> samples) {
    write_bytes(path, samples.data(), samples.size_bytes());
}

}  // namespace earshot::test

int main(int argc, char** argv) {
    using namespace earshot::test;
    const std::string_view argument = argc == 2 ? argv[1] : "";
    if (argument == "--version") {
        std::puts("earshot-player-vectors " EARSHOT_VERSION);
        return 0;
    }
    if (argument.empty() || argument.starts_with('-')) {
        std::FILE* to = argument == "--help" ? stdout : stderr;
        std::fputs("usage: earshot-player-vectors FOLDER\nWrites the player's vectors there.\n",
                   to);
        return argument == "--help" ? 0 : 2;
    }
    try {
        const std::filesystem::path folder{argument};
        std::filesystem::create_directories(folder);
        write_resampler_vectors(folder);
        write_output_vectors(folder);
        write_jitter_vectors(folder);
        write_drift_vectors(folder);
        write_player_vectors(folder);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "earshot-player-vectors: %s\n", error.what());
        return 1;
    }
    return 0;
}
