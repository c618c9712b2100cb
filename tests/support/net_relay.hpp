#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace earshot::test {

/// What a relay does to one direction. Chance is of datagrams; a TCP stream is delayed and stalled.
struct RelayPath {
    std::chrono::microseconds delay{0};
    std::chrono::microseconds jitter{0};  ///< Mean of what queues add, exponential.
    double loss = 0.0;                    ///< Share of datagrams lost one by one.
    double corrupt = 0.0;                 ///< Share in which one bit is changed.
    /// Mean time between bursts in which every datagram is lost; 0: none.
    std::chrono::milliseconds burst_every{0};
    std::chrono::milliseconds burst{0};
    double reorder = 0.0;                     ///< Share of datagrams that are held up ...
    std::chrono::microseconds reorder_by{0};  ///< ... by this much.
};

struct RelaySettings {
    RelayPath up;     ///< Listener to server.
    RelayPath down;   ///< Server to listener.
    bool udp = true;  ///< False: no datagram passes.
    std::uint32_t seed = 1;
};

/// What has passed so far, in both directions.
struct RelayCounters {
    std::uint64_t datagrams = 0;
    std::uint64_t datagrams_lost = 0;  ///< By chance or because they are blocked.
    std::uint64_t stream_bytes = 0;
};

/// A network between listeners and a server of this machine: one port number for TCP and UDP, both
/// relayed, with a thread of its own. Its chance is seeded; when datagrams come is not, so that
/// runs are alike and not the same.
/// Thread: any, for every call.
class NetRelay {
public:
    /// @param server_port  On 127.0.0.1. @throws std::system_error  if sockets cannot be had.
    explicit NetRelay(std::uint16_t server_port, const RelaySettings& settings = {});
    ~NetRelay();
    NetRelay(const NetRelay&) = delete;
    NetRelay& operator=(const NetRelay&) = delete;

    /// Where listeners connect to, on 127.0.0.1.
    [[nodiscard]] std::uint16_t port() const noexcept;
    /// Takes effect on what comes from now on.
    void set(const RelaySettings& settings);
    /// Lets datagrams through, or none of them.
    void set_udp(bool passes);
    /// No byte of a stream passes for so long; none is lost. Datagrams pass.
    void stall_tcp(std::chrono::milliseconds length);
    [[nodiscard]] RelayCounters counters() const;
    /// The newest datagrams from the server, 200 at most, as they came.
    [[nodiscard]] std::vector<std::string> seen_down() const;

private:
    class Loop;
    std::unique_ptr<Loop> loop_;
};

}  // namespace earshot::test
