#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace earshot {

enum class LogLevel { debug, info, warning, error };
enum class LogFormat { text, json };

/// Where a program's log lines go: one line each, to standard error.
/// Thread: any. Real-time: no; real-time code counts, and somebody else logs the counters.
class Log {
public:
    /// @param program  Shown in every line.
    explicit Log(std::string_view program,
                 LogFormat format = LogFormat::text,
                 LogLevel lowest = LogLevel::info);
    ~Log();
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    /// @param area  The module that speaks ("transport").
    /// @param text  One line; control characters are replaced, so a peer cannot forge lines.
    void write(LogLevel level, std::string_view area, std::string_view text);
    void info(std::string_view area, std::string_view text) { write(LogLevel::info, area, text); }
    void warning(std::string_view area, std::string_view text) {
        write(LogLevel::warning, area, text);
    }
    void error(std::string_view area, std::string_view text) { write(LogLevel::error, area, text); }
    void debug(std::string_view area, std::string_view text) { write(LogLevel::debug, area, text); }

    /// A warning that may come from outside at any rate: at most one line per key and 5 s;
    /// the next line says how many were held back.
    /// @param key  Names the kind of event and, where it helps, the peer. At most 1000 keys are
    /// kept.
    void warning_limited(std::string_view area, std::string_view key, std::string_view text);

private:
    struct Limit {
        std::chrono::steady_clock::time_point next{};
        std::uint64_t held_back = 0;
    };
    struct Backend;
    std::unique_ptr<Backend> backend_;
    std::mutex limits_mutex_;  ///< Guards limits_; taken before nothing else.
    std::map<std::string, Limit, std::less<>> limits_;
};

}  // namespace earshot
