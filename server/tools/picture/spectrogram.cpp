#include "server/tools/picture/spectrogram.hpp"

#include "common/base/level.hpp"
#include "common/base/time.hpp"

#include <kiss_fftr.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <utility>

namespace earshot::picture {
namespace {

constexpr std::size_t kBins = SpectrogramMeter::kWindow / 2 + 1;
constexpr std::int64_t kFurthestApart = 8'192;
/// The Hann window's sum is half its length, a sine's line half of its amplitude.
constexpr double kLineScale = 4.0 / SpectrogramMeter::kWindow;

std::size_t bin_of(double hz) {
    const double bin = hz * SpectrogramMeter::kWindow / kSampleRateHz;
    return std::min(static_cast<std::size_t>(std::lround(bin)), kBins - 1);
}

std::size_t ring(std::int64_t frame) {
    return static_cast<std::size_t>(frame & (SpectrogramMeter::kWindow - 1));
}

}  // namespace

struct SpectrogramMeter::Transform {
    struct FreePlan {
        void operator()(kiss_fftr_state* plan) const noexcept { std::free(plan); }
    };
    std::unique_ptr<kiss_fftr_state, FreePlan> plan{
        kiss_fftr_alloc(static_cast<int>(kWindow), 0, nullptr, nullptr)};
    std::array<float, kWindow> hann{};
    std::array<kiss_fft_cpx, kBins> bins{};
};

SpectrogramMeter::SpectrogramMeter(std::size_t columns,
                                   std::size_t rows,
                                   std::int64_t frames,
                                   int channels,
                                   double lowest_hz,
                                   double highest_hz)
    : result_{columns, rows, lowest_hz, highest_hz, {}},
      frames_(frames),
      past_(static_cast<std::size_t>(channels), std::vector<float>(kWindow)),
      windowed_(kWindow),
      power_(kBins),
      row_power_(columns * rows),
      transform_(std::make_unique<Transform>()) {
    const auto wide = static_cast<std::int64_t>(columns);
    windows_ = frames == 0 ? 0 : wide * std::max<std::int64_t>(1, frames / wide / kFurthestApart);
    for (std::size_t n = 0; n < transform_->hann.size(); ++n) {
        const double turn = 2.0 * std::numbers::pi * static_cast<double>(n) / kWindow;
        transform_->hann[n] = static_cast<float>(0.5 - 0.5 * std::cos(turn));
    }
    const double span = std::log(highest_hz / lowest_hz);
    for (std::size_t edge = 0; edge <= rows; ++edge) {
        const double part = static_cast<double>(edge) / static_cast<double>(rows);
        edges_.push_back(bin_of(highest_hz * std::exp(-span * part)));
    }
}

SpectrogramMeter::~SpectrogramMeter() = default;

std::int64_t SpectrogramMeter::middle_of(std::int64_t window) const noexcept {
    return (2 * window + 1) * frames_ / (2 * windows_);
}

void SpectrogramMeter::add(audio::ConstBlockView block) {
    EARSHOT_ASSERT(block.channels() == static_cast<int>(past_.size()));
    for (int done = 0; done < block.frames();) {
        int count = std::min(block.frames() - done, static_cast<int>(kWindow));
        if (window_ < windows_) {
            const std::int64_t until = middle_of(window_) + kWindow / 2 - seen_;
            count = static_cast<int>(std::min<std::int64_t>(count, until));
        }
        for (std::size_t channel = 0; channel < past_.size(); ++channel) {
            std::int64_t frame = seen_;
            for (const float sample : block.part(done, count).channel(static_cast<int>(channel))) {
                past_[channel][ring(frame++)] = sample;
            }
        }
        seen_ += count;
        done += count;
        while (window_ < windows_ && seen_ == middle_of(window_) + kWindow / 2) {
            finish_window();
        }
    }
}

void SpectrogramMeter::transform_channel(std::size_t channel) {
    const std::int64_t first = seen_ - kWindow;
    for (std::int64_t n = 0; n < kWindow; ++n) {
        const auto at = static_cast<std::size_t>(n);
        windowed_[at] = transform_->hann[at] * past_[channel][ring(first + n)];
    }
    kiss_fftr(transform_->plan.get(), windowed_.data(), transform_->bins.data());
    for (std::size_t k = 0; k < kBins; ++k) {
        const auto re = static_cast<double>(transform_->bins[k].r);
        const auto im = static_cast<double>(transform_->bins[k].i);
        power_[k] += re * re + im * im;
    }
}

void SpectrogramMeter::finish_window() {
    std::fill(power_.begin(), power_.end(), 0.0);
    for (std::size_t channel = 0; channel < past_.size(); ++channel) {
        transform_channel(channel);
    }
    const auto columns = static_cast<std::int64_t>(result_.columns);
    const auto column = static_cast<std::size_t>(window_ * columns / windows_);
    for (std::size_t row = 0; row < result_.rows; ++row) {
        const std::size_t last = std::max(edges_[row], edges_[row + 1]);
        double strongest = 0.0;
        for (std::size_t k = edges_[row + 1]; k <= last; ++k) {
            strongest = std::max(strongest, power_[k]);
        }
        row_power_[row * result_.columns + column] += strongest;
    }
    ++window_;
}

Spectrogram SpectrogramMeter::take() {
    const std::vector<float> zeros(past_.size() * kWindow);
    const audio::ConstBlockView quiet{zeros.data(), static_cast<int>(past_.size()),
                                      static_cast<int>(kWindow), static_cast<int>(kWindow)};
    while (window_ < windows_) {
        add(quiet);
    }
    const double each = static_cast<double>(std::max<std::int64_t>(windows_, 1)) /
                        static_cast<double>(result_.columns) * static_cast<double>(past_.size());
    for (const double power : row_power_) {
        result_.dbfs.push_back(
            static_cast<float>(gain_to_db(std::sqrt(power / each) * kLineScale)));
    }
    return std::move(result_);
}

}  // namespace earshot::picture
