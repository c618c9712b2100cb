#include "common/dsp/acoustic/gammatone_bank.hpp"

#include "common/base/time.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

namespace earshot::dsp {
namespace {

using Complex = std::complex<double>;

constexpr double kFirstHz = 20.0;
constexpr double kSpacingCam = 0.75;
/// Width of the filters in ERB (HEARING 1.3): 1.25 reaches the bass within 8 ms of delay.
constexpr double kBeta = 1.25;
constexpr int kRounds = 100;

double cam(double hz) noexcept {
    return 21.4 * std::log10(4.37 * hz / 1'000.0 + 1.0);
}
double hz_of_cam(double value) noexcept {
    return (std::pow(10.0, value / 21.4) - 1.0) / 4.37 * 1'000.0;
}
double cycle(double hz) noexcept {
    return 2.0 * std::numbers::pi * hz / kSampleRateHz;
}

/// Sound pressure in the free field, from the front, to the cochlea, dB re 1 kHz: field to eardrum
/// less the middle ear's attenuation.
/// Source: Moore, Glasberg & Baer, J. Audio Eng. Soc. 45(4), 1997, as tabulated in ANSI S3.4-2007.
struct EarPoint {
    double hz;
    double to_drum_db;
    double middle_ear_db;
};
constexpr std::array<EarPoint, 40> kEar = {
    {{20, 0.0, -39.6},      {25, 0.0, -32.0},     {31.5, 0.0, -25.85},  {40, 0.0, -21.4},
     {50, 0.0, -18.5},      {63, 0.0, -15.9},     {80, 0.0, -14.1},     {100, 0.0, -12.4},
     {125, 0.1, -11.0},     {160, 0.3, -9.6},     {200, 0.5, -8.3},     {250, 0.9, -7.4},
     {315, 1.4, -6.2},      {400, 1.6, -4.8},     {500, 1.7, -3.8},     {630, 2.5, -3.3},
     {750, 2.7, -2.9},      {800, 2.6, -2.6},     {1'000, 2.6, -2.6},   {1'250, 3.2, -4.5},
     {1'500, 5.2, -5.4},    {1'600, 6.6, -6.1},   {2'000, 12.0, -8.5},  {2'500, 16.8, -10.4},
     {3'000, 15.3, -7.3},   {3'150, 15.2, -7.0},  {4'000, 14.2, -6.6},  {5'000, 10.7, -7.0},
     {6'000, 7.1, -9.2},    {6'300, 6.4, -10.2},  {8'000, 1.8, -12.2},  {9'000, -0.9, -10.8},
     {10'000, -1.6, -10.1}, {11'200, 1.9, -12.7}, {12'500, 4.9, -15.0}, {14'000, 2.0, -18.2},
     {15'000, -2.0, -23.8}, {16'000, 2.5, -32.3}, {18'000, 2.5, -45.5}, {20'000, 2.5, -50.0}}};

double cochlear_db_at(double hz) noexcept {
    const auto db = [](const EarPoint& point) { return point.to_drum_db + point.middle_ear_db; };
    const auto* const above =
        std::find_if(kEar.begin(), kEar.end(), [hz](const EarPoint& p) { return p.hz > hz; });
    if (above == kEar.begin()) {
        return db(kEar.front());
    }
    if (above == kEar.end()) {
        return db(kEar.back());
    }
    const EarPoint& below = *(above - 1);
    const double t = std::log(hz / below.hz) / std::log(above->hz / below.hz);
    return std::lerp(db(below), db(*above), t);
}

/// One band in double precision.
struct Band {
    double hz;
    double radius;
    double angle;
    int peak;  ///< Frame at which the envelope of the impulse response peaks, at most kDelay.

    [[nodiscard]] Complex response(double w) const noexcept {
        const Complex one_pole =
            (1.0 - radius) / (1.0 - std::polar(radius, angle) * std::polar(1.0, -w));
        const Complex two = one_pole * one_pole;
        return two * two;
    }
    /// Response of the band's real part after phase and delay: both signs of frequency.
    [[nodiscard]] Complex aligned(double w) const noexcept {
        const double phase = angle * peak;
        const int delay = GammatoneBank::kDelay - peak;
        return std::polar(1.0, -phase - w * delay) * response(w) +
               std::polar(1.0, phase - w * delay) * std::conj(response(-w));
    }
};

Band design_band(std::size_t index) {
    const double hz = band_hz(index);
    const double radius = std::exp(-cycle(1.019 * kBeta * erb_hz(hz)));
    // The envelope is (n + 1)(n + 2)(n + 3) r^n / 6: it rises while its ratio is over 1.
    int peak = 0;
    while (peak < GammatoneBank::kDelay && radius * (peak + 4.0) > peak + 1.0) {
        ++peak;
    }
    return {hz, radius, cycle(hz), peak};
}

/// Weights that make the sum's magnitude 1 at every centre.
std::vector<double> flat_weights(const std::vector<Band>& bands) {
    std::vector<Complex> matrix(kBands * kBands);
    for (std::size_t at = 0; at < kBands; ++at) {
        for (std::size_t k = 0; k < kBands; ++k) {
            matrix[at * kBands + k] = bands[k].aligned(bands[at].angle);
        }
    }
    std::vector<double> weights(kBands, 1.0);
    std::vector<double> next(kBands);
    for (int round = 0; round < kRounds; ++round) {
        for (std::size_t at = 0; at < kBands; ++at) {
            Complex sum;
            for (std::size_t k = 0; k < kBands; ++k) {
                sum += weights[k] * matrix[at * kBands + k];
            }
            next[at] = weights[at] / std::abs(sum);
        }
        weights.swap(next);
    }
    return weights;
}

}  // namespace

double erb_hz(double frequency_hz) noexcept {
    return 24.7 * (4.37 * frequency_hz / 1'000.0 + 1.0);
}

double band_hz(std::size_t band) noexcept {
    // Rounding must not put the first band below 20 Hz, where people's ranges begin.
    return std::max(kFirstHz, hz_of_cam(cam(kFirstHz) + kSpacingCam * static_cast<double>(band)));
}

GammatoneBank::GammatoneBank() {
    std::vector<Band> bands;
    for (std::size_t k = 0; k < kBands; ++k) {
        bands.push_back(design_band(k));
    }
    const std::vector<double> weights = flat_weights(bands);
    for (std::size_t k = 0; k < kBands; ++k) {
        const Band& band = bands[k];
        const double phase = band.angle * band.peak;
        const double loss = 1.0 - band.radius;
        const double corner = cycle(0.75 * std::min(100.0, erb_hz(band.hz)));
        pole_re[k] = static_cast<float>(band.radius * std::cos(band.angle));
        pole_im[k] = static_cast<float>(band.radius * std::sin(band.angle));
        input_gain[k] = static_cast<float>(2.0 * loss * loss * loss * loss);
        project_re[k] = static_cast<float>(weights[k] * std::cos(phase));
        project_im[k] = static_cast<float>(weights[k] * std::sin(phase));
        detector[k] = static_cast<float>(1.0 - std::exp(-corner));
        detector_lag[k] = static_cast<float>(1.0 / corner);
        cochlear_db[k] = static_cast<float>(cochlear_db_at(band.hz));
        delay[k] = kDelay - band.peak;
    }
}

}  // namespace earshot::dsp
