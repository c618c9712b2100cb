#include "common/base/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace earshot {
namespace {

constexpr auto kLimitInterval = std::chrono::seconds{5};
constexpr std::size_t kMaxLimitKeys = 1000;

spdlog::level::level_enum to_spdlog(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return spdlog::level::debug;
        case LogLevel::info:
            return spdlog::level::info;
        case LogLevel::warning:
            return spdlog::level::warn;
        case LogLevel::error:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

std::string one_line(std::string_view text) {
    std::string line(text.substr(0, 2000));
    for (char& c : line) {
        if (is_control(c)) c = '?';
    }
    return line;
}

std::string json_escaped(std::string_view text) {
    std::string out;
    for (const char c : one_line(text)) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

}  // namespace

struct Log::Backend {
    spdlog::logger logger;
    LogFormat format;
};

Log::Log(std::string_view program, LogFormat format, LogLevel lowest)
    : backend_(std::make_unique<Backend>(Backend{
          spdlog::logger(std::string(program), std::make_shared<spdlog::sinks::stderr_sink_mt>()),
          format})) {
    backend_->logger.set_level(to_spdlog(lowest));
    backend_->logger.flush_on(spdlog::level::debug);
    backend_->logger.set_pattern(
        format == LogFormat::json
            ? R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","program":"%n","level":"%l",%v})"
            : "%H:%M:%S.%e %n %l %v");
}

Log::~Log() = default;

void Log::write(LogLevel level, std::string_view area, std::string_view text) {
    if (!backend_->logger.should_log(to_spdlog(level))) return;
    if (backend_->format == LogFormat::json) {
        backend_->logger.log(to_spdlog(level), R"("area":"{}","text":"{}")", json_escaped(area),
                             json_escaped(text));
    } else {
        backend_->logger.log(to_spdlog(level), "{}: {}", area, one_line(text));
    }
}

void Log::warning_limited(std::string_view area, std::string_view key, std::string_view text) {
    const auto now = std::chrono::steady_clock::now();
    std::uint64_t held_back = 0;
    {
        const std::lock_guard lock(limits_mutex_);
        auto it = limits_.find(key);
        if (it == limits_.end()) {
            if (limits_.size() >= kMaxLimitKeys) limits_.clear();
            it = limits_.emplace(key, Limit{}).first;
        }
        if (now < it->second.next) {
            ++it->second.held_back;
            return;
        }
        held_back = std::exchange(it->second.held_back, 0);
        it->second.next = now + kLimitInterval;
    }
    std::string line(text);
    if (held_back > 0) line += " (" + std::to_string(held_back) + " more held back)";
    warning(area, line);
}

}  // namespace earshot
