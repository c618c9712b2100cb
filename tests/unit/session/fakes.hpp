#pragma once

#include "common/show/show.hpp"
#include "common/show/state_library.hpp"
#include "server/session/playback.hpp"
#include "tests/unit/render/fakes.hpp"

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace earshot::session::test {

/// An engine that keeps what it is asked and reports what the test says.
class FakeEngine final : public show::EnginePort {
public:
    bool post(const show::EngineCommand& command) noexcept override {
        if (full) return false;
        commands.push_back(command);
        return true;
    }
    bool poll(show::EngineEvent& event) noexcept override {
        if (events.empty()) return false;
        event = events.front();
        events.pop_front();
        return true;
    }
    [[nodiscard]] std::vector<show::EngineCommand> relocations() const {
        std::vector<show::EngineCommand> found;
        for (const auto& command : commands) {
            if (command.kind == show::EngineCommand::Kind::relocate) found.push_back(command);
        }
        return found;
    }
    [[nodiscard]] Frames lead() const noexcept override { return lead_now; }
    Frames lead_now{19'200};
    std::vector<show::EngineCommand> commands;
    std::deque<show::EngineEvent> events;
    bool full = false;
};

class NoEvents final : public PlaybackEvents {
public:
    void on_timeline() override { ++timelines; }
    void on_state(const StateNotice& notice) override { states.push_back(notice); }
    void on_phase() override { ++phases; }
    void on_postponed(Frames by) override { postponed += by; }
    int timelines = 0;
    int phases = 0;
    Frames postponed{0};
    std::vector<StateNotice> states;
};

/// Ten minutes that count their frames.
class TenMinutes final : public audio::ProgrammeFeed {
public:
    [[nodiscard]] bool seekable() const noexcept override { return true; }
    [[nodiscard]] std::optional<Frames> length() const noexcept override {
        return std::chrono::minutes{10};
    }
    [[nodiscard]] std::string description() const override { return "ten minutes"; }
    void prepare(int lane, ProgrammeTime from) override { prepared.emplace_back(lane, from); }
    [[nodiscard]] bool primed(int) const noexcept override { return is_primed; }
    void pull(int, audio::BlockView out) noexcept override { audio::clear(out); }
    [[nodiscard]] audio::FeedCounters counters() const noexcept override { return {}; }
    std::vector<std::pair<int, ProgrammeTime>> prepared;
    bool is_primed = true;
};

inline show::Show two_perspectives() {
    show::Show show;
    show.states = std::make_shared<const show::StateLibrary>();
    show.title = "Test";
    show.rights = "ours";
    show.perspectives = {{.id = "objective", .title = "", .state = "full", .intensity = 1.0},
                         {.id = "subjective", .title = "", .state = "full", .intensity = 1.0}};
    show.default_perspective = "subjective";
    show.cues = {{.number = "1",
                  .name = "loss",
                  .at = ProgrammeTime{std::chrono::seconds{60}},
                  .perspective = "subjective",
                  .state = "sudden_loss",
                  .caption = "[gone]",
                  .note = ""},
                 {.number = "H1",
                  .name = "by hand",
                  .at = std::nullopt,
                  .perspective = "subjective",
                  .state = "muffled_inner",
                  .caption = "",
                  .note = ""}};
    return show;
}

}  // namespace earshot::session::test
