#pragma once

#include <filesystem>
#include <string>

namespace earshot::transport {

/// A folder that is removed with its content.
class TempFolder {
public:
    TempFolder();
    ~TempFolder();
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;

    [[nodiscard]] std::string file(const std::string& name) const {
        return (path_ / name).string();
    }
    void write(const std::string& name, const std::string& text) const;

private:
    std::filesystem::path path_;
};

/// Writes a self-signed P-256 certificate for `common_name` and its key, as PEM.
void write_certificate(const std::string& common_name,
                       const std::string& cert_file,
                       const std::string& key_file);

}  // namespace earshot::transport
