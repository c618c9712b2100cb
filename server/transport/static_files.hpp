#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace earshot::transport {

/// One file of the web pages, ready to send. Immutable.
struct StaticFile {
    std::string body;
    std::string content_type;
    std::string etag;  ///< With its quotes.
};

/// The web pages of a folder, read into memory at the start: no disk on a network thread, and no
/// way out of the folder, because a request only looks a name up. Thread: any, once constructed.
class StaticFiles {
public:
    /// @param web_dir  A folder; empty: no files.
    /// @throws std::runtime_error  if it cannot be read, or holds more than 64 MiB. Links that lead
    /// out
    ///                             of it and names that start with a dot are left out.
    explicit StaticFiles(const std::string& web_dir);

    /// @param path  Decoded request path; "/x/" means "/x/index.html".
    /// @return null if there is no such file.
    [[nodiscard]] std::shared_ptr<const StaticFile> find(std::string_view path) const;

    [[nodiscard]] std::size_t size() const noexcept { return files_.size(); }

private:
    std::map<std::string, std::shared_ptr<const StaticFile>, std::less<>> files_;
};

/// The Content-Type of a file name, by its ending.
[[nodiscard]] std::string_view content_type_of(std::string_view file_name) noexcept;

}  // namespace earshot::transport
