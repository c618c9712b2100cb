#include "tests/unit/dsp_acoustic/acoustic_sound.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <fstream>
#include <string>
#include <vector>

/// The engine against tests/golden/acoustic_model.py, which is double precision and shares no code.
namespace earshot::dsp {
namespace {

static_assert(std::endian::native == std::endian::little);

std::vector<float> golden(const std::string& name) {
    std::ifstream file(EARSHOT_GOLDEN_ACOUSTIC "/acoustic/" + name,
                       std::ios::binary | std::ios::ate);
    std::vector<float> values(static_cast<std::size_t>(file.tellg()) / sizeof(float));
    file.seekg(0);
    file.read(reinterpret_cast<char*>(values.data()),
              static_cast<std::streamsize>(values.size() * sizeof(float)));
    return file ? values : std::vector<float>{};
}

TEST(AcousticGolden, DrumAndNoiseComeOutAsInTheModel) {
    sound::Stereo out;
    out.left = golden("acoustic_in.f32");
    out.right = out.left;
    ASSERT_FALSE(out.left.empty());
    const sound::Stereo in = out;
    AcousticEngine engine(sound::bank());
    engine.set(
        make_acoustic_parameters(sound::losses(sound::audiogram("N3"), sound::audiogram("S1")), 1.0)
            .value());
    sound::run_from(engine, out, 0);
    const auto compare = [](const std::vector<float>& expected, const std::vector<float>& found) {
        ASSERT_EQ(expected.size(), found.size());
        double largest = 0.0;
        double error = 0.0;
        for (std::size_t i = 0; i < expected.size(); ++i) {
            const auto value = static_cast<double>(expected[i]);
            largest = std::max(largest, std::abs(value));
            error = std::max(error, std::abs(value - static_cast<double>(found[i])));
        }
        // Single precision: a pole at 20 Hz is rounded by 6e-8 where 4.5e-3 decide, 1.3e-5 of the
        // band's gain for each of its four poles.
        EXPECT_LE(error, 5e-5 * largest);
    };
    compare(golden("acoustic_N3.f32"), out.left);
    compare(golden("acoustic_S1.f32"), out.right);
}

TEST(AcousticGolden, TonesComeOutAsInTheModel) {
    const std::vector<std::string> names = {"F20", "F40", "F60", "F80", "F110", "N3", "S1"};
    const auto rows = golden("acoustic_tones.f32");
    ASSERT_EQ(rows.size(), names.size() * 12 * 4);
    // Every eleventh of them here: all audiograms, frequencies and levels come up.
    for (std::size_t row = 0; row < rows.size() / 4; row += 11) {
        const auto* const at = rows.data() + 4 * row;
        const auto hz = static_cast<double>(at[1]);
        const auto expected = static_cast<double>(at[3]);
        const auto& name = names[static_cast<std::size_t>(at[0])];
        const auto found =
            sound::tone_levels(sound::loss(sound::audiogram(name)), hz, static_cast<double>(at[2]));
        // The model leaves out the ripple of envelopes, 0.01 dB from 250 Hz up, times R - 1; and
        // under a level out of -40 dB SPL single precision's own noise.
        EXPECT_NEAR(found.left, expected, 0.05) << name << " " << hz << " Hz";
    }
}

}  // namespace
}  // namespace earshot::dsp
