#include "server/tools/picture/spectrogram.hpp"

#include "tests/support/signals.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace earshot::picture {
namespace {

using earshot::test::Audio;
using earshot::test::tone;

TEST(Spectrogram, ShowsAToneInItsRowAndAtItsLevel) {
    const Audio sound = tone(48'000, 1, 1.0, 1'000.0, 0.1F);
    SpectrogramMeter meter(5, 100, 48'000, 1, 100.0, 10'000.0);
    meter.add({sound.channels[0].data(), 1, 48'000, 48'000});
    const Spectrogram spectrum = meter.take();
    // 1 kHz lies at the middle of two decades: row 50's upper or row 49's lower edge.
    for (std::size_t column = 0; column < 5; ++column) {
        const float level =
            std::max(spectrum.dbfs[49 * 5 + column], spectrum.dbfs[50 * 5 + column]);
        EXPECT_NEAR(level, -20.0F, 1.5F);  // a Hann window between two bins loses 1.4 dB
        EXPECT_LT(spectrum.dbfs[10 * 5 + column], -80.0F);
        EXPECT_LT(spectrum.dbfs[90 * 5 + column], -80.0F);
    }
}

TEST(Spectrogram, HearsAllOfALongColumnInPiecesOfAnySize) {
    // 10 s in one column, sound in its last 3 s only.
    Audio sound = tone(48'000, 2, 10.0, 1'000.0, 0.1F);
    for (auto& channel : sound.channels) {
        std::fill(channel.begin(), channel.begin() + 7 * 48'000, 0.0F);
    }
    std::vector<float> planar(sound.channels[0]);
    planar.insert(planar.end(), sound.channels[1].begin(), sound.channels[1].end());
    const audio::ConstBlockView view{planar.data(), 2, 480'000, 480'000};
    std::vector<float> whole;
    for (const int piece : {480'000, 960, 4'097}) {
        SpectrogramMeter meter(1, 10, 480'000, 2, 100.0, 10'000.0);
        for (int done = 0; done < view.frames(); done += piece) {
            meter.add(view.part(done, std::min(piece, view.frames() - done)));
        }
        const Spectrogram spectrum = meter.take();
        if (whole.empty()) {
            whole = spectrum.dbfs;
        }
        EXPECT_EQ(spectrum.dbfs, whole) << piece;
    }
    // Three tenths of the power: 5.2 dB under the tone's own level.
    EXPECT_NEAR(*std::max_element(whole.begin(), whole.end()), -25.2F, 1.5F);
}

TEST(Spectrogram, OfNothingIsSilence) {
    SpectrogramMeter meter(3, 4, 0, 2);
    const Spectrogram spectrum = meter.take();
    EXPECT_EQ(spectrum.dbfs, std::vector<float>(12, -200.0F));
}

}  // namespace
}  // namespace earshot::picture
