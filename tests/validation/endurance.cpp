#include "tests/validation/endurance.hpp"

#include "tests/support/figures.hpp"
#include "tests/unit/dsp_chain/chain_sound.hpp"
#include "tests/validation/validation_sound.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <malloc.h>
#include <memory>
#include <random>
#include <vector>

namespace earshot::dsp::validation {
namespace {

/// Memory of this process, bytes.
double resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    double size = 0.0;
    double resident = 0.0;
    statm >> size >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

/// What is allocated of it, bytes.
double allocated_bytes() {
    const struct mallinfo2 info = mallinfo2();
    return static_cast<double>(info.uordblks) + static_cast<double>(info.hblkhd);
}

/// A tenth of a second of a programme that repeats each 3.7 s, at a place.
void fill(Stereo& chunk, const Stereo& programme, std::int64_t at) {
    for (std::size_t i = 0; i < chunk.left.size(); ++i) {
        const auto from =
            static_cast<std::size_t>(at + static_cast<std::int64_t>(i)) % programme.left.size();
        chunk.left[i] = programme.left[from];
        chunk.right[i] = programme.right[from];
    }
}

}  // namespace

void expect_endures(int minutes) {
    constexpr int kChunk = 4'800;
    constexpr int kDelay = 960;
    std::vector<StatePtr> states;
    for (const auto& card : test::state_cards()) {
        for (const double intensity : {1.0, 0.5}) {
            states.push_back(test::state(card.id, intensity));
        }
    }
    const StatePtr full = test::state("full");
    const Stereo programme = sound::programme(0.5, 177'600, 3);
    std::mt19937 random(7);
    HearingChain chain;
    Stereo chunk(kChunk);
    const std::int64_t chunks = std::int64_t{minutes} * 600;
    double early_resident = 0.0;
    double early_allocated = 0.0;
    int full_checks = 0;
    for (std::int64_t n = 0; n < chunks; ++n) {
        fill(chunk, programme, n * kChunk);
        const bool checks = n % 100 == 99 || n == chunks - 1;  // each 10 s
        if (n % 100 == 90) {
            chain.change({.target = full.get(), .fade = Frames{4'800}}, 17);
        } else if (n % 100 < 90 && n % 3 == 0) {
            chain.change({.target = states[random() % states.size()].get(),
                          .fade = Frames{960 + static_cast<int>(random() % 12'000)}},
                         static_cast<int>(random() % kChunk));
        }
        const Stereo in = chunk;
        chunk = sound::render(chain, in, {}, {960, 480});
        ASSERT_TRUE(sane(chunk)) << "after " << n / 10 << " s";
        if (checks) {
            // Full hearing again: the input of 960 frames before, bit for bit.
            ASSERT_TRUE(std::equal(chunk.left.begin() + kDelay, chunk.left.end(), in.left.begin()))
                << "after " << n / 10 << " s";
            ++full_checks;
        }
        if (n == chunks / 10) {
            early_resident = resident_bytes();
            early_allocated = allocated_bytes();
        }
    }
    EXPECT_GE(full_checks, chunks / 100);
    test::note_figure("minutes of sound", minutes, "min");
    test::note_figure("times that full hearing was the input of 960 frames before, bit for bit",
                      full_checks, "");
    test::expect_figure("allocated since the first tenth", allocated_bytes() - early_allocated,
                        "bytes", test::at_most(0.0));
    test::expect_figure("memory gained since the first tenth",
                        (resident_bytes() - early_resident) / 1'024.0, "KiB", test::at_most(256.0));
}

void note_memory() {
    const auto bank = std::make_shared<const GammatoneBank>();
    constexpr int kChains = 4;
    const double before = allocated_bytes();
    std::vector<std::unique_ptr<HearingChain>> chains;
    for (int i = 0; i < kChains; ++i) {
        chains.push_back(std::make_unique<HearingChain>(bank));
    }
    const double each = (allocated_bytes() - before) / kChains / 1'024.0;
    test::expect_figure("a perspective's chain", each, "KiB", test::at_most(4'096.0));
}

}  // namespace earshot::dsp::validation
