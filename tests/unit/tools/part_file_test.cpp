#include "server/tools/part_file.hpp"

#include "tests/support/child_process.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace earshot::tools {
namespace {

using earshot::test::read_text;
using earshot::test::TempDir;

TEST(PartFile, LeavesTheOldFileUntilTheNewOneIsWhole) {
    const TempDir folder;
    write_whole(folder / "a.txt", "old");
    {
        const PartFile part(folder / "a.txt");
        write_whole(part.part(), "half");
        EXPECT_EQ(read_text(folder / "a.txt"), "old");
    }
    EXPECT_EQ(read_text(folder / "a.txt"), "old");
    EXPECT_FALSE(std::filesystem::exists(folder / "a.txt.part"));
    PartFile part(folder / "a.txt");
    write_whole(part.part(), "new");
    part.keep();
    EXPECT_EQ(read_text(folder / "a.txt"), "new");
    EXPECT_FALSE(std::filesystem::exists(folder / "a.txt.part"));
}

TEST(PartFile, RefusesWhatCannotBeWritten) {
    const TempDir folder;
    EXPECT_THROW(PartFile(folder / "none/a.txt"), std::runtime_error);
    EXPECT_THROW(PartFile{folder.path()}, std::runtime_error);
}

}  // namespace
}  // namespace earshot::tools
