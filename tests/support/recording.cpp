#include "tests/support/recording.hpp"

#include "tests/support/json.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace earshot::test {
namespace {

std::filesystem::path json_beside(const std::filesystem::path& wav) {
    return wav.string() + ".json";
}

/// A number or a flag of one row, which is an object or, with its columns named, an array.
std::int64_t field(const boost::json::value& row,
                   const boost::json::value& columns,
                   std::string_view name) {
    const boost::json::value* found = nullptr;
    if (row.is_object()) {
        found = row.get_object().if_contains(name);
    } else if (row.is_array() && columns.is_array()) {
        const boost::json::array& names = columns.get_array();
        for (std::size_t n = 0; n < names.size() && n < row.get_array().size(); ++n) {
            if (names[n].is_string() && std::string_view(names[n].get_string()) == name) {
                found = &row.get_array()[n];
            }
        }
    }
    if (found == nullptr) {
        throw std::runtime_error("a recording's row has no " + std::string(name));
    }
    return found->is_bool() ? std::int64_t{found->get_bool()} : to_int(*found);
}

}  // namespace

Recording::Recording(Audio audio, std::vector<Mark> marks, double ppm)
    : audio_(std::move(audio)), marks_(std::move(marks)), ppm_(ppm) {
    if (marks_.size() < 2) {
        throw std::invalid_argument("a recording needs two marks of its clock");
    }
    for (std::size_t n = 1; n < marks_.size(); ++n) {
        if (marks_[n].frame <= marks_[n - 1].frame || marks_[n].raw_ns <= marks_[n - 1].raw_ns) {
            throw std::invalid_argument("a recording's clock goes backwards");
        }
    }
}

double Recording::raw_ns(double frame) const {
    const auto after = std::upper_bound(
        marks_.begin() + 1, marks_.end() - 1, frame,
        [](double at, const Mark& mark) { return at < static_cast<double>(mark.frame); });
    const Mark& to = *after;
    const Mark& from = *(after - 1);
    const double p =
        (frame - static_cast<double>(from.frame)) / static_cast<double>(to.frame - from.frame);
    return static_cast<double>(from.raw_ns) + p * static_cast<double>(to.raw_ns - from.raw_ns);
}

double Recording::frame_at(double raw_ns) const {
    const auto after = std::upper_bound(
        marks_.begin() + 1, marks_.end() - 1, raw_ns,
        [](double at, const Mark& mark) { return at < static_cast<double>(mark.raw_ns); });
    const Mark& to = *after;
    const Mark& from = *(after - 1);
    const double p =
        (raw_ns - static_cast<double>(from.raw_ns)) / static_cast<double>(to.raw_ns - from.raw_ns);
    return static_cast<double>(from.frame) + p * static_cast<double>(to.frame - from.frame);
}

Recording read_recording(const std::filesystem::path& wav) {
    const boost::json::value clock = read_json(json_beside(wav));
    const boost::json::value& blocks = member(clock, "blocks");
    if (!blocks.is_array() || blocks.get_array().size() < 2) {
        throw std::runtime_error(json_beside(wav).string() + ": no blocks");
    }
    std::vector<Recording::Mark> marks;
    const boost::json::value columns{"first_frame", "raw_ns"};
    for (const boost::json::value& block : blocks.get_array()) {
        marks.push_back({field(block, columns, "first_frame"), field(block, columns, "raw_ns")});
    }
    return {read_audio(wav), std::move(marks), number_or(clock, "ppm", 0.0)};
}

DecodedTap read_decoded_tap(const std::filesystem::path& wav) {
    DecodedTap tap{read_audio(wav), {}};
    const boost::json::value all = read_json(json_beside(wav));
    const boost::json::value& blocks = member(all, "blocks");
    if (!blocks.is_array()) {
        throw std::runtime_error(json_beside(wav).string() + ": no blocks");
    }
    const boost::json::value& columns = member(all, "columns");
    for (const boost::json::value& block : blocks.get_array()) {
        DecodedTap::Entry entry;
        entry.file_frame = static_cast<std::int64_t>(tap.entries.size()) * 960;
        entry.epoch = static_cast<std::uint32_t>(field(block, columns, "epoch"));
        entry.sequence = static_cast<std::uint32_t>(field(block, columns, "sequence"));
        entry.media = field(block, columns, "media_time");
        entry.programme = field(block, columns, "programme_time");
        entry.stream = static_cast<int>(field(block, columns, "stream"));
        entry.concealed = field(block, columns, "concealed") != 0;
        tap.entries.push_back(entry);
    }
    if (tap.audio.frames() < tap.entries.size() * 960) {
        throw std::runtime_error(wav.string() + " is shorter than its blocks");
    }
    return tap;
}

}  // namespace earshot::test
