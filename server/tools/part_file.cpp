#include "server/tools/part_file.hpp"

#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace earshot::tools {

PartFile::PartFile(std::filesystem::path file)
    : file_(std::move(file)), part_(file_.string() + ".part") {
    std::error_code error;
    const std::filesystem::path folder = file_.has_parent_path() ? file_.parent_path() : ".";
    if (!std::filesystem::is_directory(folder, error)) {
        throw std::runtime_error("cannot write " + file_.string() + ": there is no folder " +
                                 folder.string());
    }
    if (std::filesystem::is_directory(file_, error)) {
        throw std::runtime_error(file_.string() + " is a folder; name a file in it");
    }
}

PartFile::~PartFile() {
    if (!kept_) {
        std::error_code ignored;
        std::filesystem::remove(part_, ignored);
    }
}

void PartFile::keep() {
    std::error_code error;
    std::filesystem::rename(part_, file_, error);
    if (error) {
        throw std::runtime_error("cannot write " + file_.string() + ": " + error.message());
    }
    kept_ = true;
}

void write_whole(const std::filesystem::path& file, std::string_view text) {
    PartFile part(file);
    std::ofstream out(part.part(), std::ios::binary);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    out.close();
    if (!out) {
        throw std::runtime_error("cannot write " + file.string() +
                                 ": is the disk full or the folder read-only?");
    }
    part.keep();
}

}  // namespace earshot::tools
