// parse_target() on any request target: what it accepts must be safe to look up and to log.

#include "common/base/assert.hpp"
#include "server/transport/url.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace earshot;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    (void)transport::valid_host(text);
    const auto target = transport::parse_target(text);
    if (!target) {
        return 0;
    }
    const std::string& path = target->path;
    EARSHOT_ASSERT(path.starts_with('/'));
    EARSHOT_ASSERT(std::ranges::none_of(
        path, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }));
    EARSHOT_ASSERT((path + "/").find("/../") == std::string::npos);
    EARSHOT_ASSERT((path + "/").find("/./") == std::string::npos);
    EARSHOT_ASSERT(path.size() <= size);
    return 0;
}
