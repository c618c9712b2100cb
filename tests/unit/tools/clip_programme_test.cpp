#include "server/tools/clip_programme.hpp"

#include "tests/unit/tools/memory_programme.hpp"

#include <gtest/gtest.h>

#include <array>

namespace earshot::tools {
namespace {

TEST(ClipProgramme, JoinsFadedPartsAndIsSilentAround) {
    test::MemoryProgramme whole(Frames{50'000});
    const std::array clips{Clip{ProgrammeTime{Frames{9'000}}, Frames{2'000}},
                           Clip{ProgrammeTime{Frames{30'000}}, Frames{3'000}}};
    ClipProgramme joined(whole, clips, "two parts");
    EXPECT_EQ(joined.length(), Frames{5'000});
    audio::Block block(2, 6'000);
    ASSERT_TRUE(joined.read(ProgrammeTime{Frames{-500}}, block.view()));
    const auto left = block.channel(0);
    EXPECT_EQ(left[499], 0.0F);
    EXPECT_LT(std::abs(left[500]), 1e-4F);
    EXPECT_EQ(left[500 + 1'000], whole.value(10'000, 0));
    EXPECT_LT(std::abs(left[500 + 1'999]), 1e-4F);
    EXPECT_EQ(left[500 + 2'000 + 1'500], whole.value(31'500, 0));
    EXPECT_EQ(left[5'500], 0.0F);
}

}  // namespace
}  // namespace earshot::tools
