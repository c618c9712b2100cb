#include "client/core/resume_store.hpp"

#include "client/core/private_file.hpp"

namespace earshot::client {
namespace {

std::string file_name(std::string_view server) {
    std::string name = "resume-";
    for (const char c : server) {
        const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                           (c >= 'A' && c <= 'Z') || c == '.' || c == '-';
        name += plain ? c : '_';
    }
    return name;
}

}  // namespace

ResumeStore::ResumeStore(const std::filesystem::path& directory, std::string_view server)
    : path_(directory / file_name(server)) {
    make_state_directory(directory);
}

std::string ResumeStore::load() const {
    return read_small_file(path_, kMaxTokenBytes);
}

Expected<bool> ResumeStore::save(std::string_view token) {
    if (token == saved_ || token.size() > kMaxTokenBytes) {
        return false;
    }
    auto written = write_private_file(path_, token, "the resume token");
    if (written) {
        saved_ = token;
    }
    return written;
}

}  // namespace earshot::client
