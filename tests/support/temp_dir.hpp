#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

namespace earshot::test {

/// A folder of its own that goes away with all in it; kept if EARSHOT_KEEP_TEMP is set.
class TempDir {
public:
    /// @throws std::runtime_error  if the folder cannot be made.
    TempDir() {
        std::string name = (std::filesystem::temp_directory_path() / "earshot-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error("cannot make a folder like " + name);
        }
        path_ = name;
    }
    ~TempDir() {
        std::error_code ignored;
        if (std::getenv("EARSHOT_KEEP_TEMP") == nullptr) {
            std::filesystem::remove_all(path_, ignored);
        }
    }
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] std::filesystem::path operator/(const std::string& name) const {
        return path_ / name;
    }

private:
    std::filesystem::path path_;
};

}  // namespace earshot::test
