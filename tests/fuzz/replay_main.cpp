// Runs a fuzzer's function over stored inputs, where there is no libFuzzer: every file of the
// folders named on the command line. A folder that does not exist holds no inputs.

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
    int inputs = 0;
    for (int i = 1; i < argc; ++i) {
        const std::filesystem::path folder{argv[i]};
        if (!std::filesystem::is_directory(folder)) {
            continue;
        }
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            std::ifstream file(entry.path(), std::ios::binary);
            const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
            // An exact copy on the heap, so that a read past its end is seen by AddressSanitizer.
            const std::vector<std::uint8_t> input(bytes.begin(), bytes.end());
            // Names the input that brings the program down.
            std::fprintf(stderr, "%s\n", entry.path().c_str());
            LLVMFuzzerTestOneInput(input.data(), input.size());
            ++inputs;
        }
    }
    std::printf("%d inputs\n", inputs);
    if (inputs == 0) {
        std::fprintf(stderr, "no inputs: a replay of nothing shows nothing\n");
        return 1;
    }
    return 0;
}
