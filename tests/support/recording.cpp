#include "tests/support/recording.hpp"

#include "tests/support/json.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <initializer_list>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace earshot::test {
namespace {

std::filesystem::path json_beside(const std::filesystem::path& wav) {
    return wav.string() + ".json";
}

/// The first member of these names, or the element at a position if the value is an array.
std::int64_t entry_int(const boost::json::value& entry,
                       std::initializer_list<std::string_view> names,
                       std::size_t position) {
    if (entry.is_array()) {
        const boost::json::value& found = entry.as_array().at(position);
        return found.is_bool() ? std::int64_t{found.get_bool()} : to_int(found);
    }
    for (const std::string_view name : names) {
        const boost::json::value& found = member(entry, name);
        if (found.is_bool()) {
            return found.get_bool() ? 1 : 0;
        }
        if (!found.is_null()) {
            return to_int(found);
        }
    }
    throw std::runtime_error("decoded blocks: no member " + std::string(*names.begin()));
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
    for (const boost::json::value& block : blocks.get_array()) {
        marks.push_back(
            {entry_int(block, {"first_frame", "frame"}, 0), entry_int(block, {"raw_ns"}, 1)});
    }
    return {read_audio(wav), std::move(marks), number_or(clock, "ppm", 0.0)};
}

DecodedTap read_decoded_tap(const std::filesystem::path& wav) {
    DecodedTap tap{read_audio(wav), {}};
    const boost::json::value all = read_json(json_beside(wav));
    const boost::json::value& blocks = all.is_array() ? all : member(all, "blocks");
    if (!blocks.is_array()) {
        throw std::runtime_error(json_beside(wav).string() + ": no blocks");
    }
    for (const boost::json::value& block : blocks.get_array()) {
        DecodedTap::Entry entry;
        entry.file_frame = entry_int(block, {"file_frame", "frame"}, 0);
        entry.epoch = static_cast<std::uint32_t>(entry_int(block, {"epoch"}, 1));
        entry.sequence = static_cast<std::uint32_t>(entry_int(block, {"sequence"}, 2));
        entry.media = entry_int(block, {"media_time", "media"}, 3);
        entry.programme = entry_int(block, {"programme_time", "programme"}, 4);
        entry.stream = static_cast<int>(entry_int(block, {"stream", "stream_id"}, 5));
        entry.concealed = entry_int(block, {"concealed"}, 6) != 0;
        tap.entries.push_back(entry);
    }
    return tap;
}

}  // namespace earshot::test
