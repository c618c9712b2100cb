#include "client/sink/json_row_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace earshot::sink {

JsonRowFile::JsonRowFile(const std::filesystem::path& path, std::string_view head)
    : fd_(::open(path.c_str(),
                 O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                 S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH)),
      waiting_(head) {
    if (fd_ < 0) {
        throw std::runtime_error("cannot write " + path.string() + ": " + std::strerror(errno));
    }
}

JsonRowFile::~JsonRowFile() {
    ::close(fd_);
}

void JsonRowFile::add(std::string_view row) {
    if (!first_row_) {
        waiting_ += ",\n";
    }
    first_row_ = false;
    waiting_ += row;
}

bool JsonRowFile::flush(std::string_view tail) {
    const auto rows = static_cast<std::int64_t>(waiting_.size());
    waiting_ += tail;
    std::string_view left = waiting_;
    std::int64_t at = end_;
    while (!left.empty()) {
        const ssize_t written = ::pwrite(fd_, left.data(), left.size(), at);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            waiting_.resize(static_cast<std::size_t>(rows));
            return false;
        }
        at += written;
        left.remove_prefix(static_cast<std::size_t>(written));
    }
    end_ += rows;
    waiting_.clear();
    return true;
}

}  // namespace earshot::sink
