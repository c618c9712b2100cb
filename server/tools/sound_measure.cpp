#include "server/tools/sound_measure.hpp"

#include "common/audio/format.hpp"
#include "common/audio/interleave.hpp"
#include "common/base/level.hpp"
#include "server/tools/picture/show_picture.hpp"

#include <ebur128.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace earshot::tools {
namespace {

constexpr double kSilence = -200.0;
constexpr auto kColumns = static_cast<std::int64_t>(picture::kLevelColumns);

double finite_or_silence(double level) {
    return std::isfinite(level) ? std::max(level, kSilence) : kSilence;
}

}  // namespace

struct SoundMeasure::Loudness {
    struct Close {
        void operator()(ebur128_state* state) const noexcept { ebur128_destroy(&state); }
    };
    std::unique_ptr<ebur128_state, Close> meter{ebur128_init(
        audio::kListenerChannels,
        kSampleRateHz,
        EBUR128_MODE_I | EBUR128_MODE_S | EBUR128_MODE_TRUE_PEAK | EBUR128_MODE_HISTOGRAM)};

    [[nodiscard]] double short_term() const {
        double lufs = kSilence;
        ebur128_loudness_shortterm(meter.get(), &lufs);
        return finite_or_silence(lufs);
    }
    [[nodiscard]] double integrated() const {
        double lufs = kSilence;
        ebur128_loudness_global(meter.get(), &lufs);
        return finite_or_silence(lufs);
    }
    [[nodiscard]] double true_peak_dbtp() const {
        double left = 0.0;
        double right = 0.0;
        ebur128_true_peak(meter.get(), 0, &left);
        ebur128_true_peak(meter.get(), 1, &right);
        return gain_to_db(std::max(left, right));
    }
};

SoundMeasure::SoundMeasure(Frames length)
    : frames_(length.count()),
      spectrum_(picture::kSpectrumColumns,
                picture::kSpectrumRows,
                length.count(),
                audio::kListenerChannels,
                picture::kSpectrumLowestHz,
                picture::kSpectrumHighestHz),
      loudness_(std::make_unique<Loudness>()) {
    if (loudness_->meter == nullptr) {
        throw std::runtime_error("no memory left to measure loudness");
    }
}

SoundMeasure::~SoundMeasure() = default;

void SoundMeasure::finish_column() {
    facts_.rms_dbfs.push_back(
        std::max(gain_to_db(static_cast<double>(level_.take().rms)), kSilence));
    facts_.short_term_lufs.push_back(loudness_->short_term());
}

void SoundMeasure::add(audio::ConstBlockView block) {
    spectrum_.add(block);
    for (int done = 0; done < block.frames();) {
        // Columns begin and end at whole frames; some are empty if there are more than frames.
        const auto column = static_cast<std::int64_t>(facts_.rms_dbfs.size());
        const std::int64_t end = (column + 1) * frames_ / kColumns;
        const auto count =
            static_cast<int>(std::clamp<std::int64_t>(end - seen_, 0, block.frames() - done));
        if (count > 0) {
            const auto piece = block.part(done, count);
            level_.process(piece);
            interleaved_.resize(static_cast<std::size_t>(count) * audio::kListenerChannels);
            audio::interleave(piece, interleaved_);
            ebur128_add_frames_float(loudness_->meter.get(), interleaved_.data(),
                                     static_cast<std::size_t>(count));
        }
        seen_ += count;
        done += count;
        if (column == kColumns) {
            return;  // More than was announced.
        }
        if (seen_ == end) {
            finish_column();
        }
    }
}

picture::SoundFacts SoundMeasure::take() {
    while (static_cast<std::int64_t>(facts_.rms_dbfs.size()) < kColumns) {
        finish_column();
    }
    facts_.spectrum = spectrum_.take();
    facts_.integrated_lufs = loudness_->integrated();
    facts_.true_peak_dbtp = loudness_->true_peak_dbtp();
    return std::move(facts_);
}

}  // namespace earshot::tools
