#include "server/tools/picture/png.hpp"

#include <gtest/gtest.h>

namespace earshot::picture {
namespace {

TEST(Png, IsByteForByteWhatTheStandardAsksFor) {
    const std::uint8_t pixel = 0;
    const Colour black{0, 0, 0};
    const std::string png = indexed_png({&pixel, 1}, 1, {&black, 1});
    // Checked with an independent decoder when it was written.
    EXPECT_EQ(base64(png),
              "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAMAAAAoyzS7AAAAA1BMVEUAAACnej3aAAAADUlEQVR4AQECAP3/"
              "AAAAAgABfgUN0gAAAABJRU5ErkJggg==");
}

TEST(Base64, FillsUpTheLastGroup) {
    EXPECT_EQ(base64(""), "");
    EXPECT_EQ(base64("f"), "Zg==");
    EXPECT_EQ(base64("fo"), "Zm8=");
    EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

}  // namespace
}  // namespace earshot::picture
