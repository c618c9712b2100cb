#include "common/dsp/overlay/level_analyser.hpp"

#include <kiss_fftr.h>

#include <algorithm>
#include <cmath>
#include <new>
#include <numbers>
#include <vector>

namespace earshot::dsp {
namespace {

constexpr int kWindow = 4'096;
constexpr int kHop = 1'200;
constexpr int kHopsOfEntry = ProgrammeLevels::kPeriod / kHop;
constexpr double kBinHz = 48'000.0 / kWindow;
/// Silence before the first frame, so that the first window's middle is half a hop into the entry.
constexpr int kLead = kWindow / 2 - kHop / 2;
static_assert(kHop * kHopsOfEntry == ProgrammeLevels::kPeriod);

struct FreeFft {
    void operator()(kiss_fftr_state* state) const noexcept { kiss_fftr_free(state); }
};

/// The bins of a band; the outermost count in part.
struct BandBins {
    std::size_t first = 0;
    std::vector<float> weights;
};

BandBins bins_of(std::size_t band) {
    const double centre = ProgrammeLevels::centre_hz(band);
    const double low = centre / std::numbers::sqrt2 / kBinHz;
    const double high = centre * std::numbers::sqrt2 / kBinHz;
    BandBins bins;
    bins.first = static_cast<std::size_t>(std::lround(low));
    const auto last =
        std::min(static_cast<std::size_t>(std::lround(high)), std::size_t{kWindow / 2});
    for (std::size_t bin = bins.first; bin <= last; ++bin) {
        const double from = std::max(low, static_cast<double>(bin) - 0.5);
        const double to = std::min(high, static_cast<double>(bin) + 0.5);
        bins.weights.push_back(static_cast<float>(std::max(0.0, to - from)));
    }
    return bins;
}

}  // namespace

class LevelAnalyser::Engine {
public:
    explicit Engine(std::int64_t first_frame)
        : fft_(kiss_fftr_alloc(kWindow, 0, nullptr, nullptr)) {
        if (!fft_) {
            throw std::bad_alloc();
        }
        constexpr std::int64_t kPeriod = ProgrammeLevels::kPeriod;
        const std::int64_t past = ((first_frame % kPeriod) + kPeriod) % kPeriod;
        skip_ = past == 0 ? 0 : kPeriod - past;
        levels_.first_entry = (first_frame + skip_) / kPeriod;
        double power = 0.0;
        for (std::size_t i = 0; i < window_.size(); ++i) {
            const double w =
                0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * static_cast<double>(i) / kWindow);
            window_[i] = static_cast<float>(w);
            power += w * w;
        }
        // Half of the spectrum stands for the whole.
        scale_ = 2.0 / (kWindow * power);
        for (std::size_t band = 0; band < bands_.size(); ++band) {
            bands_[band] = bins_of(band);
        }
    }

    void take(audio::ConstBlockView in) {
        const int skipped = static_cast<int>(std::min<std::int64_t>(skip_, in.frames()));
        skip_ -= skipped;
        for (int done = skipped; done < in.frames();) {
            const int count = std::min(in.frames() - done, kWindow - filled_);
            for (std::size_t ear = 0; ear < sound_.size(); ++ear) {
                const auto from = in.part(done, count).channel(static_cast<int>(ear));
                std::transform(from.begin(), from.end(), sound_[ear].begin() + filled_,
                               [](float x) { return std::isfinite(x) ? x : 0.0F; });
            }
            done += count;
            add_filled(count);
            taken_ += count;
        }
    }

    void finish() {
        const std::int64_t whole =
            (taken_ + ProgrammeLevels::kPeriod - 1) / ProgrammeLevels::kPeriod;
        const audio::Block silence(audio::kListenerChannels, kHop);
        while (static_cast<std::int64_t>(levels_.entries.size()) < whole) {
            take(silence.view());
        }
    }

    [[nodiscard]] const ProgrammeLevels& levels() const noexcept { return levels_; }

private:
    void add_filled(int count) {
        filled_ += count;
        if (filled_ < kWindow) {
            return;
        }
        for (std::size_t ear = 0; ear < sound_.size(); ++ear) {
            measure(ear);
            std::copy(sound_[ear].begin() + kHop, sound_[ear].end(), sound_[ear].begin());
        }
        filled_ = kWindow - kHop;
        if (++hops_ == kHopsOfEntry) {
            close_entry();
        }
    }

    void measure(std::size_t ear) {
        for (std::size_t i = 0; i < window_.size(); ++i) {
            // Far beyond full scale is no sound; it must not overflow the sum of powers.
            work_[i] = window_[i] * std::clamp(sound_[ear][i], -1e6F, 1e6F);
        }
        kiss_fftr(fft_.get(), work_.data(), spectrum_.data());
        for (std::size_t bin = 0; bin < power_.size(); ++bin) {
            power_[bin] = spectrum_[bin].r * spectrum_[bin].r + spectrum_[bin].i * spectrum_[bin].i;
        }
        for (std::size_t band = 0; band < bands_.size(); ++band) {
            const BandBins& bins = bands_[band];
            double sum = 0.0;
            for (std::size_t i = 0; i < bins.weights.size(); ++i) {
                sum += static_cast<double>(bins.weights[i] * power_[bins.first + i]);
            }
            sums_[ear][band] += sum;
        }
    }

    void close_entry() {
        ProgrammeLevels::Entry entry;
        for (std::size_t ear = 0; ear < entry.size(); ++ear) {
            for (std::size_t band = 0; band < entry[ear].size(); ++band) {
                const double power = sums_[ear][band] * scale_ / kHopsOfEntry;
                entry[ear][band] = std::max(ProgrammeLevels::kFloorDbfs,
                                            static_cast<float>(10.0 * std::log10(power + 1e-30)));
            }
        }
        levels_.entries.push_back(entry);
        sums_ = {};
        hops_ = 0;
    }

    std::unique_ptr<kiss_fftr_state, FreeFft> fft_;
    ProgrammeLevels levels_;
    std::int64_t skip_ = 0;
    std::int64_t taken_ = 0;
    double scale_ = 1.0;
    int filled_ = kLead;
    int hops_ = 0;
    std::array<BandBins, ProgrammeLevels::kBands> bands_;
    std::array<std::array<double, ProgrammeLevels::kBands>, audio::kListenerChannels> sums_{};
    std::array<std::array<float, kWindow>, audio::kListenerChannels> sound_{};
    std::array<float, kWindow> window_{};
    std::array<float, kWindow> work_{};
    std::array<kiss_fft_cpx, kWindow / 2 + 1> spectrum_{};
    std::array<float, kWindow / 2 + 1> power_{};
};

LevelAnalyser::LevelAnalyser(std::int64_t first_frame)
    : engine_(std::make_unique<Engine>(first_frame)) {}
LevelAnalyser::~LevelAnalyser() = default;

void LevelAnalyser::take(audio::ConstBlockView in) {
    engine_->take(in);
}

void LevelAnalyser::finish() {
    engine_->finish();
}

const ProgrammeLevels& LevelAnalyser::levels() const noexcept {
    return engine_->levels();
}

}  // namespace earshot::dsp
