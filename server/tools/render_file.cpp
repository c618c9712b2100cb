#include "server/tools/render_file.hpp"

#include "common/audio/format.hpp"
#include "server/tools/part_file.hpp"
#include "server/tools/sound_measure.hpp"

#include <stdexcept>

namespace earshot::tools {
namespace {

/// Writes the file, measures, tells how far it is.
class FileListener final : public RenderListener {
public:
    FileListener(audio::WavWriter& wav, const FileRendering& how, Frames length)
        : wav_(wav), how_(how) {
        if (how.measure) {
            before_.emplace(length);
            after_.emplace(length);
        }
    }

    void before(audio::ConstBlockView block) override {
        if (before_) {
            before_->add(block);
        }
    }
    bool after(audio::ConstBlockView block) override {
        if (!wav_.write(block)) {
            full_ = true;
            return false;
        }
        if (after_) {
            after_->add(block);
        }
        done_ += Frames{block.frames()};
        if (how_.progress != nullptr) {
            how_.progress->show(done_);
        }
        return !how_.stop || !how_.stop();
    }

    [[nodiscard]] bool full() const noexcept { return full_; }
    [[nodiscard]] std::optional<RenderedFacts> take() {
        if (!before_) {
            return std::nullopt;
        }
        return RenderedFacts{.before = before_->take(), .after = after_->take()};
    }

private:
    audio::WavWriter& wav_;
    const FileRendering& how_;
    std::optional<SoundMeasure> before_;
    std::optional<SoundMeasure> after_;
    Frames done_{0};
    bool full_ = false;
};

}  // namespace

std::optional<RenderedFacts> render_file(const RenderPlan& plan, const FileRendering& how) {
    PartFile part(how.out);
    audio::WavWriter wav(part.part(), kSampleRateHz, audio::kListenerChannels, how.format);
    FileListener listener(wav, how, plan.length);
    const std::string name = how.out.string();
    const RenderEnd end = render_offline(plan.job(how.limiting), listener);
    if (end == RenderEnd::read_failed) {
        throw std::runtime_error("the sound could not be read to its end; " + name +
                                 " was not written");
    }
    const bool closed = wav.close();
    if (listener.full() || !closed) {
        throw std::runtime_error("cannot write " + name +
                                 ": the disk is full, or a WAV file would pass 4 GB");
    }
    if (end == RenderEnd::ended_early) {
        throw std::runtime_error("stopped; " + name + " was not written");
    }
    part.keep();
    return listener.take();
}

}  // namespace earshot::tools
