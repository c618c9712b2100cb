#pragma once

#include "common/base/errc.hpp"
#include "common/wire/envelope.hpp"

#include <compare>
#include <cstdint>
#include <string_view>

namespace earshot::wire {

/// A version of the protocol. Minors only add what older ends may ignore.
struct ProtocolVersion {
    std::uint32_t major = 0;
    std::uint32_t minor = 0;
    friend auto operator<=>(const ProtocolVersion&, const ProtocolVersion&) = default;
};

inline constexpr ProtocolVersion kOwnVersion{kVersionMajor, kVersionMinor};

/// The version two ends speak with each other: the same major, the lower minor.
/// Fails with Errc::bad_version if the majors differ or the peer names none (0); the text says
/// which end has to be updated.
/// @param peer_is  Names the other end in that text: "listener", "server".
[[nodiscard]] Expected<ProtocolVersion> agree_version(ProtocolVersion own,
                                                      ProtocolVersion peer,
                                                      std::string_view peer_is);

}  // namespace earshot::wire
