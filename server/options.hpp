#pragma once

#include "common/base/errc.hpp"
#include "common/base/log.hpp"
#include "common/base/time.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace earshot::server {

/// When the programme begins.
struct StartRule {
    enum class Kind { now, go, listeners };
    Kind kind = Kind::now;
    int listeners = 0;  ///< With Kind::listeners, 1 to 10 000.
};

/// Everything the command line and the configuration file say.
struct Options {
    std::filesystem::path show;
    std::string source;
    bool demo = false;
    bool loop = false;
    StartRule start;
    std::string address = "::";
    std::uint16_t port = 7800;
    std::chrono::milliseconds lead{400};
    std::filesystem::path data_dir;
    std::filesystem::path web_dir;
    std::filesystem::path tls_cert;
    std::filesystem::path tls_key;
    int shards = 0;  ///< 0: one a core but one, at least 1.
    int bitrate_kbps = 96;
    bool feel = true;  ///< Makes what shakers and motors get.
    bool udp = true;   ///< Offers media by UDP.
    double level_cap_dbfs = 0.0;
    int seats = 4'000;
    bool check_config = false;
    LogFormat log_format = LogFormat::text;
    std::filesystem::path packet_journal;
};

/// What main() does after reading the options.
struct ParsedOptions {
    Options options;
    int exit_code = -1;  ///< 0 or 2: all is said (help, version, wrong usage); -1: go on.
};

/// Reads the command line; prints help, version or what is wrong with the usage.
[[nodiscard]] ParsedOptions parse_options(int argc, char** argv);

/// "[::]:7800", "127.0.0.1:0", ":7800" or "7800". Fails with Errc::bad_value.
struct ListenAddress {
    std::string address;
    std::uint16_t port = 0;
};
[[nodiscard]] Expected<ListenAddress> parse_listen_address(const std::string& text);
/// "now", "go" or "listeners:N".
[[nodiscard]] Expected<StartRule> parse_start_rule(const std::string& text);

}  // namespace earshot::server
