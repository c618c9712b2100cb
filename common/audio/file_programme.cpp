#include "common/audio/file_programme.hpp"

#include <soxr.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <numeric>

namespace earshot::audio {
namespace {

/// Short, so that a jump into a file waits for little; the context around it costs 40 % more work.
constexpr std::int64_t kChunkSeconds = 1;
constexpr std::int64_t kChunkFrames = kChunkSeconds * kSampleRateHz;
constexpr std::int64_t kContextFrames = 9'600;  // At least; far more than the filter is long.
constexpr std::size_t kCachedChunks = 4;        // Two lanes, each at a seam.

/// One-shot conversion of planar stereo. False if libsoxr refused.
bool convert(ConstBlockView in, int in_rate_hz, BlockView out) {
    const soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_S, SOXR_FLOAT32_S);
    const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_VHQ, 0);
    const soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
    std::array<const float*, 2> from{in.channel(0).data(), in.channel(1).data()};
    std::array<float*, 2> to{out.channel(0).data(), out.channel(1).data()};
    std::size_t used = 0;
    std::size_t made = 0;
    clear(out);
    const soxr_error_t error = soxr_oneshot(
        in_rate_hz, kSampleRateHz, 2, from.data(), static_cast<std::size_t>(in.frames()), &used,
        to.data(), static_cast<std::size_t>(out.frames()), &made, &io, &quality, &runtime);
    return error == nullptr && made + 1 >= static_cast<std::size_t>(out.frames());
}

std::string rate_text(int rate_hz) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%g kHz", rate_hz / 1000.0);
    return text.data();
}

}  // namespace

FileProgramme::FileProgramme(const std::filesystem::path& path)
    : file_(path), downmix_(file_.facts().layout), name_(path.filename().string()) {
    const std::int64_t rate_hz = file_.facts().sample_rate_hz;
    const std::int64_t common = std::gcd(rate_hz, std::int64_t{kSampleRateHz});
    in_unit_ = rate_hz / common;
    out_unit_ = kSampleRateHz / common;
    // Divided first: hours at high rates would overflow nothing, but exactness is free this way.
    const std::int64_t frames = file_.facts().frames;
    length_ = Frames{frames / in_unit_ * out_unit_ +
                     (frames % in_unit_ * out_unit_ + in_unit_ - 1) / in_unit_};
}

bool FileProgramme::read_folded(std::int64_t first_frame, BlockView out) {
    interleaved_.resize(static_cast<std::size_t>(out.frames()) *
                        static_cast<std::size_t>(file_.channels()));
    const bool ok = file_.read(first_frame, interleaved_);
    downmix_.process(interleaved_, out);
    return ok;
}

const FileProgramme::Chunk* FileProgramme::chunk(std::int64_t index) {
    const auto found = std::find_if(chunks_.begin(), chunks_.end(),
                                    [&](const Chunk& one) { return one.index == index; });
    if (found != chunks_.end()) {
        chunks_.splice(chunks_.begin(), chunks_, found);
        return &chunks_.front();
    }
    // Context in whole units: then output frame `context` is exactly the chunk's first frame.
    const std::int64_t units = (kContextFrames + out_unit_ - 1) / out_unit_;
    const int rate_hz = file_.facts().sample_rate_hz;
    const std::int64_t in_frames = kChunkSeconds * rate_hz + 2 * units * in_unit_;
    const std::int64_t out_frames = kChunkFrames + 2 * units * out_unit_;
    Block in(kListenerChannels, static_cast<int>(in_frames));
    Block out(kListenerChannels, static_cast<int>(out_frames));
    if (!read_folded(index * kChunkSeconds * rate_hz - units * in_unit_, in.view()) ||
        !convert(in.view(), rate_hz, out.view())) {
        return nullptr;
    }
    if (chunks_.size() >= kCachedChunks) {
        chunks_.pop_back();
    }
    chunks_.push_front({index, Block(kListenerChannels, static_cast<int>(kChunkFrames))});
    copy(ConstBlockView{out.view()}.part(static_cast<int>(units * out_unit_),
                                         static_cast<int>(kChunkFrames)),
         chunks_.front().sound.view());
    return &chunks_.front();
}

bool FileProgramme::read(ProgrammeTime at, BlockView out) {
    EARSHOT_ASSERT(out.channels() == kListenerChannels);
    const std::int64_t first = at.time_since_epoch().count();
    if (in_unit_ == out_unit_) {
        return read_folded(first, out);
    }
    clear(out);
    const std::int64_t begin = std::clamp<std::int64_t>(first, 0, length_.count());
    const std::int64_t end = std::clamp<std::int64_t>(first + out.frames(), 0, length_.count());
    for (std::int64_t frame = begin; frame < end;) {
        const std::int64_t index = frame / kChunkFrames;
        const std::int64_t upto = std::min(end, (index + 1) * kChunkFrames);
        const Chunk* from = chunk(index);
        if (from == nullptr) {
            clear(out);
            return false;
        }
        const auto count = static_cast<int>(upto - frame);
        copy(from->sound.view().part(static_cast<int>(frame - index * kChunkFrames), count),
             out.part(static_cast<int>(frame - first), count));
        frame = upto;
    }
    return true;
}

std::string FileProgramme::description() const {
    const AudioFileFacts& facts = file_.facts();
    std::string text =
        name_ + ", " + rate_text(facts.sample_rate_hz) + ", " + layout_name(facts.layout);
    if (file_.channels() > kListenerChannels) {
        text += ", down-mixed";
    }
    if (in_unit_ != out_unit_) {
        text += ", resampled";
    }
    return text;
}

}  // namespace earshot::audio
