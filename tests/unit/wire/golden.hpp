#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace earshot::wire {

/// The bytes of one vector of tests/golden/wire: a whole envelope, or a whole datagram.
inline std::vector<std::byte> golden(const std::string& name) {
    const std::filesystem::path path = std::filesystem::path(EARSHOT_GOLDEN_WIRE) / (name + ".bin");
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw std::runtime_error("no vector " + path.string());
    }
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    std::vector<std::byte> bytes;
    for (const char c : text) {
        bytes.push_back(static_cast<std::byte>(static_cast<unsigned char>(c)));
    }
    return bytes;
}

}  // namespace earshot::wire
