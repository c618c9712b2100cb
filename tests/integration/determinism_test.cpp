// The same show gives the same packets, bit for bit, whoever listens and whatever else runs.
#include "tests/integration/room.hpp"
#include "tests/support/journal.hpp"
#include "tests/support/signals.hpp"

#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <tuple>

namespace earshot::test {
namespace {

using Key = std::tuple<int, std::uint32_t, std::uint32_t>;

std::map<Key, const JournalPacket*> by_number(const std::vector<JournalPacket>& journal) {
    std::map<Key, const JournalPacket*> result;
    for (const JournalPacket& packet : journal) {
        result[{packet.stamp.stream.value, packet.stamp.epoch.value, packet.stamp.sequence}] =
            &packet;
    }
    return result;
}

TEST(Determinism, TwoRunsOfAShowGiveTheSamePayloads) {
    TempDir folder;
    write_audio(folder / "programme.wav", busy_programme(44'100, 2, 9.0, 5), FileFormat::wav_pcm24);
    std::string show =
        "title = \"Twice\"\nrights = \"own work\"\n[programme]\n"
        "source = \"file:programme.wav\"\n[[perspective]]\nid = \"subjective\"\n";
    int number = 0;
    for (const std::string state :
         {"sudden_loss", "muffled_inner", "felt", "implants_off", "full"}) {
        ++number;
        show += "[[cue]]\nnumber = \"" + std::to_string(number) + "\"\nat = \"00:00:0" +
                std::to_string(number) + ".003\"\nperspective = \"subjective\"\nstate = \"" +
                state + "\"\nfade = 300\n";
    }
    write_text(folder / "show.toml", show);
    const auto arguments = [&](const std::string& journal, const std::string& shards) {
        return std::vector<std::string>{"--show",
                                        (folder / "show.toml").string(),
                                        "--journal-packets",
                                        (folder / journal).string(),
                                        "--shards",
                                        shards,
                                        "--start",
                                        "listeners:1"};
    };
    // At the same time, so that they take the processor from each other; the one with a listener
    // that falls silent, the other with one that listens to something else.
    Server one(folder, arguments("one", "3"), "server-one");
    Listener first(folder, one.url(), {.name = "first", .perspective = "subjective", .tap = false});
    Server two(folder, arguments("two", "1"), "server-two");
    Listener second(folder, two.url(),
                    {.name = "second", .perspective = "objective", .tap = false});
    ASSERT_TRUE(one.wait_for_phase("playing", 30s));
    first.process().send_signal(SIGSTOP);
    ASSERT_TRUE(two.wait_for_phase("playing", 30s));
    ASSERT_TRUE(one.wait_for_phase("ended", 30s));
    ASSERT_TRUE(two.wait_for_phase("ended", 30s));
    EXPECT_EQ(one.stop().exit_code, 0);
    EXPECT_EQ(two.stop().exit_code, 0);

    const std::vector<JournalPacket> journal_one = read_journal(folder / "one");
    const std::vector<JournalPacket> journal_two = read_journal(folder / "two");
    const auto packets = by_number(journal_one);
    std::map<int, int> compared;
    int different = 0;
    for (const auto& [key, packet] : by_number(journal_two)) {
        const auto other = packets.find(key);
        if (other == packets.end()) {
            continue;
        }
        const auto& [stream, epoch, sequence] = key;
        ++compared[stream];
        const bool same = packet->payload == other->second->payload &&
                          packet->stamp.programme == other->second->stamp.programme;
        if (!same && different++ == 0) {
            ADD_FAILURE() << "stream " << stream << ", epoch " << epoch << ", packet " << sequence
                          << (packet->payload == other->second->payload ? ": another programme time"
                                                                        : ": another payload")
                          << "; programme " << packet->stamp.programme.time_since_epoch().count()
                          << " and " << other->second->stamp.programme.time_since_epoch().count();
        }
    }
    EXPECT_EQ(different, 0);
    EXPECT_EQ(compared.size(), 6U) << "two perspectives and their companions";
    for (const auto& [stream, count] : compared) {
        std::cout << "stream " << stream << ": " << count << " packets the same\n";
        EXPECT_GE(count, 9 * 50);
    }
}

}  // namespace
}  // namespace earshot::test
