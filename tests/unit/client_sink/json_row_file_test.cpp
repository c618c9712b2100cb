#include "client/sink/json_row_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace earshot::sink {
namespace {

TEST(JsonRowFile, IsWholeAfterEveryFlush) {
    const auto path =
        std::filesystem::path(testing::TempDir()) / ("earshot_rows_" + std::to_string(::getpid()));
    const auto text = [&] {
        std::ifstream file(path);
        return std::string{std::istreambuf_iterator<char>(file), {}};
    };
    JsonRowFile rows(path, "{\"rows\":[");
    EXPECT_TRUE(rows.flush("],\"n\":0}"));
    EXPECT_EQ(text(), "{\"rows\":[],\"n\":0}");
    rows.add("[1]");
    rows.add("[2]");
    EXPECT_EQ(text(), "{\"rows\":[],\"n\":0}") << "nothing is written between flushes";
    EXPECT_TRUE(rows.flush("],\"n\":2}"));
    EXPECT_EQ(text(), "{\"rows\":[[1],\n[2]],\"n\":2}");
    EXPECT_TRUE(rows.flush("],\"n\":2}"));
    rows.add("[3]");
    EXPECT_TRUE(rows.flush("],\"n\":3}"));
    EXPECT_EQ(text(), "{\"rows\":[[1],\n[2],\n[3]],\"n\":3}");
    std::filesystem::remove(path);
}

TEST(JsonRowFile, NamesAFileThatCannotBe) {
    EXPECT_THROW(JsonRowFile("/nonexistent/rows.json", "["), std::runtime_error);
}

}  // namespace
}  // namespace earshot::sink
