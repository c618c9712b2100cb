#include "common/wire/version.hpp"

#include <algorithm>
#include <string>

namespace earshot::wire {
namespace {

[[nodiscard]] std::string to_text(ProtocolVersion version) {
    return std::to_string(version.major) + "." + std::to_string(version.minor);
}

}  // namespace

Expected<ProtocolVersion> agree_version(ProtocolVersion own,
                                        ProtocolVersion peer,
                                        std::string_view peer_is) {
    const std::string who(peer_is);
    if (peer.major == 0) {
        return Failure{
            Errc::bad_version,
            "the " + who + " names no protocol version; this end speaks " + to_text(own)};
    }
    if (peer.major != own.major) {
        return Failure{Errc::bad_version, "the " + who + " speaks protocol " + to_text(peer) +
                                              ", this end " + to_text(own) + "; update " +
                                              (peer.major > own.major ? "this end" : "the " + who)};
    }
    return ProtocolVersion{own.major, std::min(own.minor, peer.minor)};
}

}  // namespace earshot::wire
