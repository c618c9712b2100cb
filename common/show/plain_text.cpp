#include "common/show/plain_text.hpp"

#include <algorithm>
#include <fstream>

namespace earshot::show {

std::string one_line(std::string_view text) {
    std::string line(text);
    std::ranges::replace_if(
        line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
    return line;
}

std::string in_quotes(std::string_view word) {
    return "\"" + std::string(word) + "\"";
}

std::string plain_number(double value) {
    std::string digits = std::to_string(value);
    digits.erase(digits.find_last_not_of('0') + 1);
    return digits.ends_with('.') ? digits.substr(0, digits.size() - 1) : digits;
}

Expected<std::string> read_text_file(const std::filesystem::path& file,
                                     std::size_t max_bytes,
                                     std::string_view what) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error)) {
        return Failure{Errc::not_found,
                       file.string() + ": expected " + std::string(what) + ", found none"};
    }
    std::ifstream stream(file, std::ios::binary);
    // One byte more than allowed, so that "too large" is seen without reading it all.
    std::string text(max_bytes + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (stream.bad() || (!stream.eof() && stream.fail())) {
        return Failure{Errc::io_failed, file.string() + ": cannot be read"};
    }
    text.resize(static_cast<std::size_t>(stream.gcount()));
    if (text.size() > max_bytes) {
        return Failure{Errc::payload_too_large, file.string() + ": expected at most " +
                                                    std::to_string(max_bytes / 1024) + " KiB"};
    }
    return text;
}

}  // namespace earshot::show
