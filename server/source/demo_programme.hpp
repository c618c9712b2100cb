#pragma once

#include "common/audio/ports.hpp"
#include "server/source/demo/canvas.hpp"

#include <optional>
#include <string>

namespace earshot::source {

/// 90 s of sound made by Earshot itself, so that every hearing state has something to bite on: a
/// band, a room with voices, footsteps and a door, drums to be felt, a song, stillness. The largest
/// true peak is -6 dBTP. Made whole at construction; the same at every run.
/// Thread: one owner (the source thread). Real-time: no.
class DemoProgramme final : public audio::ProgrammeReader {
public:
    DemoProgramme();
    [[nodiscard]] std::optional<Frames> length() const override;
    bool read(ProgrammeTime at, audio::BlockView out) override;
    [[nodiscard]] std::string description() const override {
        return "demo programme, 90 s, made by Earshot";
    }

private:
    demo::Canvas canvas_;
};

}  // namespace earshot::source
