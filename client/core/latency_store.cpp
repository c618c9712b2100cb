#include "client/core/latency_store.hpp"

#include "client/core/private_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <vector>

namespace earshot::client {
namespace {

constexpr std::size_t kMostNameBytes = 300;

struct Entry {
    std::string device;
    double latency_ms = 0.0;
};

/// A device's name on one line.
std::string name_of(std::string_view device) {
    std::string name{device.substr(0, kMostNameBytes)};
    std::replace_if(
        name.begin(), name.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '_');
    return name;
}

std::optional<Entry> parse(std::string_view line) {
    Entry entry;
    const char* const end = line.data() + line.size();
    const auto [rest, error] = std::from_chars(line.data(), end, entry.latency_ms);
    if (error != std::errc{} || rest == end || *rest != ' ' ||
        !(entry.latency_ms >= 0.0 && entry.latency_ms <= LatencyStore::kMostMs)) {
        return std::nullopt;
    }
    entry.device = name_of({rest + 1, static_cast<std::size_t>(end - rest - 1)});
    return entry;
}

std::vector<Entry> entries_of(const std::filesystem::path& path) {
    const std::string text = read_small_file(path, LatencyStore::kMostBytes);
    std::vector<Entry> entries;
    std::string_view rest = text;
    while (!rest.empty() && entries.size() < LatencyStore::kMostDevices) {
        const std::size_t line_end = std::min(rest.find('\n'), rest.size());
        if (auto entry = parse(rest.substr(0, line_end))) {
            entries.push_back(std::move(*entry));
        }
        rest.remove_prefix(std::min(line_end + 1, rest.size()));
    }
    return entries;
}

}  // namespace

LatencyStore::LatencyStore(const std::filesystem::path& directory)
    : path_(directory / "device-latency") {
    make_state_directory(directory);
}

std::optional<double> LatencyStore::load(std::string_view device) const {
    const std::vector<Entry> entries = entries_of(path_);
    const auto entry = std::ranges::find(entries, name_of(device), &Entry::device);
    return entry == entries.end() ? std::nullopt : std::optional{entry->latency_ms};
}

Expected<bool> LatencyStore::save(std::string_view device, double latency_ms) {
    std::vector<Entry> entries = entries_of(path_);
    const std::string name = name_of(device);
    std::erase_if(entries, [&](const Entry& entry) { return entry.device == name; });
    entries.insert(entries.begin(), {name, latency_ms});
    std::string text;
    for (std::size_t n = 0; n < std::min(entries.size(), kMostDevices); ++n) {
        std::array<char, 32> number{};
        std::snprintf(number.data(), number.size(), "%.3f ", entries[n].latency_ms);
        const std::string line = number.data() + entries[n].device + "\n";
        if (text.size() + line.size() > kMostBytes) {
            break;
        }
        text += line;
    }
    return write_private_file(path_, text, "the device's latency");
}

}  // namespace earshot::client
