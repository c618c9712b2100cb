// The engine against tests/golden/implant_model.py, which shares no code with it.
#include "tests/unit/dsp_implant/implant_sound.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iostream>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

namespace earshot::dsp {
namespace {

using namespace implant_test;

constexpr int kFrames = 14'400;
constexpr std::size_t kKept = 4'096;

/// As tests/golden/implant/implant.json describes it.
Sound golden_input() {
    Sound sound;
    for (int i = 0; i < kFrames; ++i) {
        const double t = i / 48'000.0;
        double voice = 0.0;
        for (int k = 1; k <= 25; ++k) {
            voice += std::sin(2.0 * std::numbers::pi * 140.0 * k * t + 0.7 * k * k) / k;
        }
        const double swell = 0.55 - 0.45 * std::cos(2.0 * std::numbers::pi * 7.0 * t);
        const bool burst = t > 0.2 && t < 0.26;
        const double added = burst ? std::sin(2.0 * std::numbers::pi * 3'100.0 * t) : 0.0;
        sound.push_back(static_cast<float>(0.05 * voice * swell + 0.03 * added));
    }
    return sound;
}

Sound golden_output(const std::string& name) {
    std::ifstream file(EARSHOT_GOLDEN_IMPLANT "/" + name + ".f32", std::ios::binary);
    Sound sound(kKept);
    for (float& sample : sound) {
        file.read(reinterpret_cast<char*>(&sample), sizeof sample);
    }
    EXPECT_TRUE(file) << name;
    return sound;
}

TEST(ImplantGolden, AgreesWithTheIndependentModel) {
    ImplantSettings sine = sine_vocoder(22);
    sine.shift_mm = 3.0;
    const std::vector<std::pair<std::string, ImplantSettings>> implants = {
        {"noise", noise_vocoder(22)},
        {"sine", sine},
        {"spiral", spiral(-8.0)},
        {"n_of_m", n_of_m()}};
    const Sound in = golden_input();
    for (const auto& [name, settings] : implants) {
        const Sound out = through(settings, in);
        const Sound due = golden_output(name);
        double error = 0.0;
        double power = 0.0;
        for (std::size_t i = 0; i < kKept; ++i) {
            const double a = static_cast<double>(out[kFrames - kKept + i]);
            const double b = static_cast<double>(due[i]);
            error += (a - b) * (a - b);
            power += b * b;
        }
        const double error_db = 10.0 * std::log10(error / power);
        std::cout << "  " << name << ": " << error_db << " dB\n";
        // The engine runs narrow low filters in single precision: -70 dB seen.
        EXPECT_LT(error_db, -60.0) << name;
    }
}

}  // namespace
}  // namespace earshot::dsp
