#pragma once

#include "common/wire/second_checksum.hpp"
#include "server/evidence/packet_digests.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::evidence {

/// What can be said of everyone who was given one perspective.
enum class Verdict {
    unknown,     ///< Nothing has been compared.
    identical,   ///< Every packet reached everyone and was the same for all.
    incomplete,  ///< What came was the same for all, but something did not come or is not known.
    different,   ///< Somebody was given something else.
};
[[nodiscard]] std::string_view to_string(Verdict verdict) noexcept;

/// Counts of one perspective since the start.
struct DeliveryFigures {
    std::uint64_t listeners = 0;         ///< Of whom at least one second was compared.
    std::uint64_t silent = 0;            ///< Play, and do not tell what they were given.
    std::uint64_t seconds = 0;           ///< Listener-seconds compared, those that differ included.
    std::uint64_t packets = 0;           ///< In them.
    std::uint64_t missing = 0;           ///< Packets that never came, between the ones that did.
    std::uint64_t different = 0;         ///< Listener-seconds.
    std::uint64_t unverifiable = 0;      ///< Listener-seconds that the server no longer knows.
    std::uint64_t concealed_frames = 0;  ///< By the listeners' own account.

    [[nodiscard]] Verdict verdict() const noexcept;
    /// The verdict and what it rests on, one sentence for people.
    [[nodiscard]] std::string statement() const;
};

/// Compares what listeners say they were given with what was sent to them.
/// Memory is fixed: of each perspective, the last kSecondsKept seconds that were sent.
/// Thread: one owner (control).
class DeliveryProof {
public:
    /// Two epochs at once for as long as the longest lead, telemetry and settling take.
    static constexpr std::size_t kSecondsKept = 64;

    /// Where a listener has got to; the caller keeps one for each.
    class Progress {
    public:
        /// It was away: what it missed meanwhile was not kept from it.
        void interrupt() noexcept { runs_ = {}; }
        /// At least one second of this stream was compared.
        [[nodiscard]] bool compared(StreamId stream) const noexcept {
            return (streams_ >> stream.value & 1U) != 0;
        }

    private:
        friend class DeliveryProof;
        struct Run {
            StreamId stream;
            Epoch epoch;
            std::uint32_t last = 0;  ///< Highest sequence that was delivered.
            bool open = false;
        };
        /// What is not known to have come is not known to be missing either.
        void close(StreamId stream, Epoch epoch) noexcept;

        std::array<Run, 4> runs_{};
        std::size_t next_ = 0;
        std::uint32_t streams_ = 0;  ///< Bit n: of stream n a second was compared.
    };

    enum class Outcome {
        identical,
        different,
        unverifiable,  ///< Not sent, or too long ago.
        refused,       ///< Cannot be: no packet, no such stream, a second that was told of before.
    };
    struct Finding {
        Outcome outcome = Outcome::refused;
        std::uint64_t missing = 0;  ///< Packets that were skipped before and within it.
    };

    DeliveryProof();

    void sent(const PacketDigest& digest) noexcept;
    /// @param second  From outside; anything may stand in it.
    Finding given(Progress& progress, const wire::SecondChecksum& second) noexcept;
    void concealed(StreamId stream, std::uint64_t frames) noexcept;

    /// @param stream  < wire::kMaxPerspectives. `silent` is left to the caller.
    [[nodiscard]] const DeliveryFigures& figures(StreamId stream) const {
        return figures_.at(stream.value);
    }

private:
    struct SentSecond {
        Epoch epoch;
        std::uint32_t second = 0;
        std::uint64_t packets = 0;  ///< As in wire::SecondChecksum.
        std::array<std::uint32_t, wire::kSecondPackets> checksums{};
    };
    struct Stream {
        std::vector<SentSecond> seconds;  ///< kSecondsKept of them.
        std::size_t next = 0;             ///< The one to be overwritten.
    };
    [[nodiscard]] static SentSecond* find(Stream& stream,
                                          Epoch epoch,
                                          std::uint32_t second) noexcept;
    [[nodiscard]] static bool told_before(const Progress& progress,
                                          const wire::SecondChecksum& second) noexcept;
    static std::uint64_t advance(Progress& progress, const wire::SecondChecksum& second) noexcept;

    std::array<Stream, wire::kMaxPerspectives> streams_;
    std::array<DeliveryFigures, wire::kMaxPerspectives> figures_{};
};

}  // namespace earshot::evidence
