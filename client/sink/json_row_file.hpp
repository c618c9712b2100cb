#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace earshot::sink {

/// A growing JSON file that is whole after every flush: a head, rows parted by commas, a tail that
/// the next flush writes over. One write a flush, so that a killed process leaves the rows of the
/// flush before.
/// Thread: one owner. Real-time: no.
class JsonRowFile {
public:
    /// @param head  Up to and with the '[' that opens the rows.
    /// @throws std::runtime_error  one line that names the file.
    JsonRowFile(const std::filesystem::path& path, std::string_view head);
    ~JsonRowFile();
    JsonRowFile(const JsonRowFile&) = delete;
    JsonRowFile& operator=(const JsonRowFile&) = delete;

    /// @param row  JSON text.
    void add(std::string_view row);
    /// @param tail  From the ']' that closes the rows to the file's end; never shorter than before.
    /// @return false if the medium refused.
    bool flush(std::string_view tail);

private:
    int fd_;
    std::int64_t end_ = 0;  ///< Where the tail begins.
    std::string waiting_;
    bool first_row_ = true;
};

}  // namespace earshot::sink
