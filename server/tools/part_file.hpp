#pragma once

#include <filesystem>
#include <string_view>

namespace earshot::tools {

/// A file that is whole or not there: it is written under another name beside its own, "NAME.part",
/// and gets its name once it is complete. Goes away with this object unless it was kept.
/// Thread: one owner.
class PartFile {
public:
    /// Makes nothing yet. @param file  What it is to be in the end; replaced if there is one.
    /// @throws std::runtime_error  one line, if its folder is none or it is a folder itself.
    explicit PartFile(std::filesystem::path file);
    ~PartFile();
    PartFile(const PartFile&) = delete;
    PartFile& operator=(const PartFile&) = delete;

    /// Where to write.
    [[nodiscard]] const std::filesystem::path& part() const noexcept { return part_; }
    /// Gives the file its name. @pre it is written and closed.
    /// @throws std::runtime_error  one line.
    void keep();

private:
    std::filesystem::path file_;
    std::filesystem::path part_;
    bool kept_ = false;
};

/// Writes a whole text in one go, as a PartFile. @throws std::runtime_error  one line.
void write_whole(const std::filesystem::path& file, std::string_view text);

}  // namespace earshot::tools
