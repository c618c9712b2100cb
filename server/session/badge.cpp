#include "server/session/badge.hpp"

#include <array>
#include <string_view>

namespace earshot::session {
namespace {

constexpr std::array<std::string_view, 12> kColours{"Blue",  "Green", "Amber",  "Silver",
                                                    "Coral", "Olive", "Violet", "Copper",
                                                    "Teal",  "Ivory", "Rose",   "Slate"};
constexpr std::array<std::string_view, 17> kAnimals{
    "Heron", "Otter",  "Finch", "Badger", "Swift",  "Hare",  "Lynx", "Plover", "Seal",
    "Robin", "Marten", "Ibis",  "Wren",   "Beaver", "Crane", "Fox",  "Dolphin"};

}  // namespace

std::string badge_name(std::uint32_t number) {
    // 12 and 17 have no common factor, so colour and animal repeat together only after 204.
    std::string name(kColours[number % kColours.size()]);
    name += ' ';
    name += kAnimals[number % kAnimals.size()];
    name += ' ';
    name += std::to_string(number);
    return name;
}

}  // namespace earshot::session
