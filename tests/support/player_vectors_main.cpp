// earshot-player-vectors: drives the real parts of the player with seeded inputs and writes what
// they did, for the browser's player to be compared with (tests/golden/player).
#include "tests/support/player_vectors.hpp"

#include <cstdio>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace earshot::test {

TableFile::TableFile(const std::filesystem::path& path, const std::string& about)
    : file_(std::fopen(path.c_str(), "w")) {
    if (!file_) {
        throw std::runtime_error("cannot write " + path.string());
    }
    std::fprintf(file_.get(), "{\n\"about\": \"%s\"", about.c_str());
}

TableFile::~TableFile() {
    std::fprintf(file_.get(), "%s\n}\n", open_ ? "\n]" : "");
}

void TableFile::table(const std::string& name) {
    std::fprintf(file_.get(), "%s,\n\"%s\": [", open_ ? "\n]" : "", name.c_str());
    open_ = true;
    first_row_ = true;
}

void TableFile::row(std::initializer_list<double> numbers) {
    std::fprintf(file_.get(), "%s", first_row_ ? "\n[" : ",\n[");
    first_row_ = false;
    bool first = true;
    for (const double number : numbers) {
        std::fprintf(file_.get(), "%s%.17g", first ? "" : ", ", number);
        first = false;
    }
    std::fprintf(file_.get(), "]");
}

void write_floats(const std::filesystem::path& path, std::span<const float> samples) {
    std::FILE* file = std::fopen(path.c_str(), "wb");
    const bool written = file != nullptr && std::fwrite(samples.data(), sizeof(float),
                                                        samples.size(), file) == samples.size();
    if (file == nullptr || std::fclose(file) != 0 || !written) {
        throw std::runtime_error("cannot write " + path.string());
    }
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
