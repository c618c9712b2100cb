#pragma once

#include "common/base/errc.hpp"

#include <string>
#include <string_view>

namespace earshot::source {

/// The forms of --source.
inline constexpr std::string_view kSourceForms =
    "file:PATH, fifo:PATH, stdin, alsa:DEVICE, pulse:SOURCE, tone or demo";

/// What --source names.
struct SourceSpec {
    enum class Kind { file, fifo, stdin_stream, alsa, pulse, tone, demo };
    Kind kind = Kind::demo;
    std::string name;  ///< Path, device or source; empty for stdin, tone and demo.

    /// True if it is played as it arrives and cannot be sought.
    [[nodiscard]] bool live() const noexcept {
        return kind == Kind::fifo || kind == Kind::stdin_stream || kind == Kind::alsa ||
               kind == Kind::pulse;
    }
    friend bool operator==(const SourceSpec&, const SourceSpec&) = default;
};

/// Parses "file:film.flac" and its like. "alsa" and "pulse" alone mean the default device.
[[nodiscard]] Expected<SourceSpec> parse_source_spec(std::string_view text);

}  // namespace earshot::source
