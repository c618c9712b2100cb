#pragma once

#include "client/core/player.hpp"
#include "client/sink/json_row_file.hpp"
#include "common/audio/audio_file.hpp"

#include <filesystem>

namespace earshot::client {

/// Writes what a listener decodes, before drift correction and gains: PATH is a float WAV, and
/// beside it PATH.json says for each 960 frames of it which packet they are.
///
/// {"sample_rate":48000,"block_frames":960,
///  "columns":["epoch","sequence","media_time","programme_time","stream","concealed"],
///  "blocks":[[1,0,4800,0,0,0],...]}
/// Both are readable at any moment, to the last second, also if the process dies.
/// Thread: one owner. Real-time: no.
class DecodedRecorder {
public:
    /// @throws std::runtime_error  one line that names the file.
    explicit DecodedRecorder(const std::filesystem::path& path);
    ~DecodedRecorder();
    DecodedRecorder(const DecodedRecorder&) = delete;
    DecodedRecorder& operator=(const DecodedRecorder&) = delete;

    void write(const DecodedBlock& block);
    /// Completes both files. @return false if something could not be written.
    bool close();

private:
    void flush();

    audio::WavWriter wav_;
    sink::JsonRowFile log_;
    int unflushed_ = 0;
    bool good_ = true;
};

}  // namespace earshot::client
