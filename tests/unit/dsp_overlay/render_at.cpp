#include "tests/unit/dsp_overlay/render_at.hpp"

#include <kiss_fftr.h>

#include <algorithm>
#include <cmath>

namespace earshot::dsp::overlay_test {

void render_at(const std::function<void(audio::BlockView, std::int64_t)>& process,
               Stereo& inout,
               std::int64_t position,
               const std::vector<Change>& changes,
               const std::vector<int>& blocks) {
    audio::Block work(2, 8'192);
    std::size_t turn = 0;
    auto change = changes.begin();
    for (int done = 0; done < inout.frames();) {
        const std::int64_t now = position + done;
        for (; change != changes.end() && change->position <= now; ++change) {
            change->apply();
        }
        int count = std::min(blocks[turn++ % blocks.size()], inout.frames() - done);
        if (change != changes.end()) {
            count = static_cast<int>(std::min<std::int64_t>(count, change->position - now));
        }
        const audio::BlockView view = work.view().part(0, count);
        std::copy_n(inout.left.begin() + done, count, view.channel(0).begin());
        std::copy_n(inout.right.begin() + done, count, view.channel(1).begin());
        process(view, now);
        std::copy_n(view.channel(0).begin(), count, inout.left.begin() + done);
        std::copy_n(view.channel(1).begin(), count, inout.right.begin() + done);
        done += count;
    }
}

const std::vector<std::vector<int>>& partitions() {
    static const std::vector<std::vector<int>> kPartitions = {
        {1}, {31, 33}, {7, 480, 1, 960}, {32}, {4'096}};
    return kPartitions;
}

std::vector<double> power_spectrum(const std::vector<float>& sound) {
    const auto size = sound.size();
    kiss_fftr_cfg plan = kiss_fftr_alloc(static_cast<int>(size), 0, nullptr, nullptr);
    std::vector<kiss_fft_cpx> bins(size / 2 + 1);
    kiss_fftr(plan, sound.data(), bins.data());
    kiss_fftr_free(plan);
    std::vector<double> power(bins.size());
    const double scale = 1.0 / (static_cast<double>(size) * static_cast<double>(size));
    for (std::size_t bin = 0; bin < bins.size(); ++bin) {
        const double re = static_cast<double>(bins[bin].r);
        const double im = static_cast<double>(bins[bin].i);
        const double twice = bin == 0 || bin == size / 2 ? 1.0 : 2.0;
        power[bin] = twice * scale * (re * re + im * im);
    }
    return power;
}

double band_power(const std::vector<double>& spectrum,
                  std::size_t size,
                  double low_hz,
                  double high_hz) {
    const double bin_hz = 48'000.0 / static_cast<double>(size);
    double sum = 0.0;
    for (auto bin = static_cast<std::size_t>(std::ceil(low_hz / bin_hz - 1e-9));
         bin < spectrum.size() && static_cast<double>(bin) * bin_hz < high_hz - 1e-9; ++bin) {
        sum += spectrum[bin];
    }
    return sum;
}

bool sane(const std::vector<float>& sound) {
    return std::all_of(sound.begin(), sound.end(),
                       [](float x) { return std::isfinite(x) && (x == 0.0F || std::isnormal(x)); });
}

}  // namespace earshot::dsp::overlay_test
