#include "client/decoded_recorder.hpp"

#include "common/base/time.hpp"

#include <array>
#include <cstdio>

namespace earshot::client {
namespace {

constexpr int kBlockFrames = static_cast<int>(kPacketFrames.count());
/// Blocks between two flushes: one second.
constexpr int kFlushBlocks = 50;
constexpr const char* kHead =
    "{\"sample_rate\":48000,\"block_frames\":960,\n"
    "\"columns\":[\"epoch\",\"sequence\",\"media_time\",\"programme_time\",\"stream\","
    "\"concealed\"],\n\"blocks\":[\n";
constexpr const char* kTail = "\n]}\n";

}  // namespace

DecodedRecorder::DecodedRecorder(const std::filesystem::path& path)
    : wav_(path, kSampleRateHz, audio::kListenerChannels, audio::WavFormat::float32),
      log_(path.string() + ".json", kHead) {}

DecodedRecorder::~DecodedRecorder() {
    close();
}

void DecodedRecorder::write(const DecodedBlock& block) {
    const audio::ConstBlockView samples{&block.samples[0][0], audio::kListenerChannels,
                                        kBlockFrames, kBlockFrames};
    if (!good_ || !wav_.write(samples)) {
        good_ = false;
        return;
    }
    std::array<char, 128> row{};
    const int size = std::snprintf(
        row.data(), row.size(), "[%u,%u,%lld,%lld,%u,%d]", block.stamp.epoch.value,
        block.stamp.sequence, static_cast<long long>(block.stamp.media.time_since_epoch().count()),
        static_cast<long long>(block.stamp.programme.time_since_epoch().count()),
        unsigned{block.stamp.stream.value}, block.concealed ? 1 : 0);
    log_.add({row.data(), static_cast<std::size_t>(size)});
    if (++unflushed_ >= kFlushBlocks) {
        unflushed_ = 0;
        good_ = log_.flush(kTail);
    }
}

bool DecodedRecorder::close() {
    good_ = log_.flush(kTail) && good_;
    return wav_.close() && good_;
}

}  // namespace earshot::client
