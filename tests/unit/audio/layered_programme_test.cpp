#include "common/audio/layered_programme.hpp"

#include "common/audio/format.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace earshot::audio {
namespace {

/// The same value in all of its frames, silence outside of them.
class Constant final : public ProgrammeReader {
public:
    Constant(float value, std::optional<Frames> length, bool fails = false)
        : value_(value), length_(length), fails_(fails) {}
    [[nodiscard]] std::optional<Frames> length() const override { return length_; }
    bool read(ProgrammeTime at, BlockView out) override {
        for (int n = 0; n < out.frames(); ++n) {
            const Frames frame = at.time_since_epoch() + Frames{n};
            const bool sounds = !fails_ && frame.count() >= 0 && (!length_ || frame < *length_);
            const auto index = static_cast<std::size_t>(n);
            out.channel(0)[index] = sounds ? value_ : 0.0F;
            out.channel(1)[index] = sounds ? -value_ : 0.0F;
        }
        return !fails_;
    }
    [[nodiscard]] std::string description() const override {
        return std::to_string(value_)[0] + std::string("s");
    }

private:
    float value_;
    std::optional<Frames> length_;
    bool fails_;
};

LayeredProgramme two(std::optional<Frames> first,
                     std::optional<Frames> second,
                     bool fails = false) {
    std::vector<std::unique_ptr<ProgrammeReader>> layers;
    layers.push_back(std::make_unique<Constant>(1.0F, first));
    layers.push_back(std::make_unique<Constant>(2.0F, second, fails));
    return LayeredProgramme(std::move(layers));
}

TEST(LayeredProgramme, GivesEachLayerItsTwoChannels) {
    LayeredProgramme programme = two(Frames{100}, Frames{150});
    EXPECT_EQ(programme.layers(), 2);
    EXPECT_EQ(programme.length(), Frames{150});
    EXPECT_EQ(programme.description(), "1s + 2s");
    Block out(4, 200);
    EXPECT_TRUE(programme.read(ProgrammeTime{Frames{-10}}, out.view()));
    for (int n = 0; n < out.frames(); ++n) {
        const auto at = static_cast<std::size_t>(n);
        const float first = n >= 10 && n < 110 ? 1.0F : 0.0F;
        const float second = n >= 10 && n < 160 ? 2.0F : 0.0F;
        ASSERT_EQ(out.channel(0)[at], first) << n;
        ASSERT_EQ(out.channel(1)[at], -first) << n;
        ASSERT_EQ(out.channel(2)[at], second) << n;
        ASSERT_EQ(out.channel(3)[at], -second) << n;
    }
}

TEST(LayeredProgramme, HasNoEndIfALayerHasNone) {
    EXPECT_EQ(two(Frames{100}, std::nullopt).length(), std::nullopt);
}

TEST(LayeredProgramme, PlaysOnWhenOneLayerFails) {
    LayeredProgramme programme = two(Frames{100}, Frames{100}, true);
    Block out(4, 50);
    EXPECT_FALSE(programme.read(ProgrammeTime{}, out.view()));
    EXPECT_EQ(out.channel(0)[49], 1.0F);
    EXPECT_EQ(out.channel(2)[49], 0.0F);
}

TEST(LayeredProgramme, RefusesWhatIsNoLayer) {
    std::vector<std::unique_ptr<ProgrammeReader>> none;
    EXPECT_THROW(LayeredProgramme{std::move(none)}, std::invalid_argument);
    std::vector<std::unique_ptr<ProgrammeReader>> null(1);
    EXPECT_THROW(LayeredProgramme{std::move(null)}, std::invalid_argument);
    std::vector<std::unique_ptr<ProgrammeReader>> many;
    for (int i = 0; i <= kMaxLayers; ++i) {
        many.push_back(std::make_unique<Constant>(1.0F, Frames{1}));
    }
    EXPECT_THROW(LayeredProgramme{std::move(many)}, std::invalid_argument);
}

}  // namespace
}  // namespace earshot::audio
