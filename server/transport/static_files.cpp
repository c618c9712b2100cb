#include "server/transport/static_files.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace earshot::transport {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxTotalBytes = 64 * 1024 * 1024;

constexpr std::array<std::pair<std::string_view, std::string_view>, 17> kTypes{{
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".txt", "text/plain; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".webp", "image/webp"},
    {".ico", "image/x-icon"},
    {".wasm", "application/wasm"},
    {".woff2", "font/woff2"},
    {".webmanifest", "application/manifest+json"},
    {".wav", "audio/wav"},
    {".mp3", "audio/mpeg"},
}};

/// A strong validator from the content itself, so that it survives a restart and a copy.
std::string etag_of(const std::string& body) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    if (EVP_Digest(body.data(), body.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
        throw std::runtime_error("SHA-256 is not available in this OpenSSL");
    }
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string tag = "\"";
    for (std::size_t i = 0; i < 12; ++i) {
        tag += kHex[digest[i] >> 4U];
        tag += kHex[digest[i] & 15U];
    }
    return tag + '"';
}

std::string read_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::string body{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in && !in.eof()) throw std::runtime_error("cannot read " + path.string());
    return body;
}

bool inside(const fs::path& root, const fs::path& path) {
    const auto step = std::mismatch(root.begin(), root.end(), path.begin(), path.end());
    return step.first == root.end();
}

bool hidden(const fs::path& relative) {
    return std::any_of(relative.begin(), relative.end(),
                       [](const fs::path& part) { return part.native().starts_with('.'); });
}

}  // namespace

std::string_view content_type_of(std::string_view file_name) noexcept {
    for (const auto& [ending, type] : kTypes) {
        if (file_name.ends_with(ending)) return type;
    }
    return "application/octet-stream";
}

StaticFiles::StaticFiles(const std::string& web_dir) {
    if (web_dir.empty()) return;
    std::error_code error;
    const fs::path root = fs::canonical(web_dir, error);
    if (error || !fs::is_directory(root)) {
        throw std::runtime_error("--web-dir " + web_dir + " is not a folder that can be read");
    }
    std::size_t total = 0;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
        const fs::path relative = entry.path().lexically_relative(root);
        const fs::path real = fs::weakly_canonical(entry.path(), error);
        if (error || hidden(relative) || !entry.is_regular_file(error) || !inside(root, real)) {
            continue;
        }
        auto file = std::make_shared<StaticFile>();
        file->body = read_file(entry.path());
        total += file->body.size();
        if (total > kMaxTotalBytes) {
            throw std::runtime_error("--web-dir " + web_dir + " holds more than 64 MiB");
        }
        file->content_type = content_type_of(relative.native());
        file->etag = etag_of(file->body);
        files_.emplace("/" + relative.generic_string(), std::move(file));
    }
}

std::shared_ptr<const StaticFile> StaticFiles::find(std::string_view path) const {
    std::string name(path);
    if (name.ends_with('/')) name += "index.html";
    const auto found = files_.find(name);
    return found == files_.end() ? nullptr : found->second;
}

}  // namespace earshot::transport
