#include "tests/unit/dsp_overlay/golden.hpp"

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace earshot::dsp::overlay_test {

std::vector<float> golden(const std::string& name) {
    const auto path = std::filesystem::path(EARSHOT_GOLDEN_TINNITUS) / (name + ".f32");
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw std::runtime_error("no " + path.string());
    }
    std::vector<float> values(std::filesystem::file_size(path) / sizeof(float));
    file.read(reinterpret_cast<char*>(values.data()),
              static_cast<std::streamsize>(values.size() * sizeof(float)));
    return values;
}

}  // namespace earshot::dsp::overlay_test
