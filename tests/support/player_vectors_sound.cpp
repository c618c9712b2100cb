// Vectors of what changes sound by itself: the resampler's kernel and the output stage.
#include "client/core/output_stage.hpp"
#include "common/audio/block.hpp"
#include "common/audio/resampler.hpp"
#include "tests/support/player_vectors.hpp"
#include "tests/support/vector_file.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace earshot::test {
namespace {

audio::Block noise_block(int frames, std::uint32_t seed) {
    audio::Block block(2, frames);
    VectorNoise noise(seed);
    for (std::size_t n = 0; n < static_cast<std::size_t>(frames); ++n) {
        block.channel(0)[n] = noise.sample();
        block.channel(1)[n] = noise.sample();
    }
    return block;
}

void append(std::vector<float>& to, audio::ConstBlockView block) {
    for (int c = 0; c < block.channels(); ++c) {
        const auto channel = block.channel(c);
        to.insert(to.end(), channel.begin(), channel.end());
    }
}

enum Command { volume, level_cap, mute, unmute };

struct Event {
    int block;
    Command command;
    double value;
};

void obey(client::OutputStage& output, const Event& event) {
    switch (event.command) {
        case volume:
            output.set_volume(static_cast<float>(event.value));
            break;
        case level_cap:
            output.set_level_cap(static_cast<float>(event.value));
            break;
        case mute:
            output.mute();
            break;
        case unmute:
            output.unmute(static_cast<int>(event.value));
            break;
    }
}

}  // namespace

void write_resampler_vectors(const std::filesystem::path& folder) {
    constexpr int kInput = 400;
    constexpr std::uint32_t kSeed = 17;
    struct Case {
        double start;
        double first;
        double last;
        int frames;
    };
    const std::array<Case, 7> cases = {{{31.0, 1.0, 1.0, 128},
                                        {40.25, 1.0, 1.0, 128},
                                        {33.123456789, 1.0001, 1.0001, 240},
                                        {35.9999999, 0.9995, 1.0005, 240},
                                        {100.5, 1.0005, 0.9995, 128},
                                        {77.0004882812, 1.00002, 1.000021, 240},
                                        {360.75, 1.0, 1.0, 1}}};
    const audio::Block input = noise_block(kInput, kSeed);
    VectorFile json;
    json.member("about",
                std::string_view{
                    "input: [frames, seed], left and right alternate; cases: [start, first step, "
                    "last step, frames]; resampler.f32 holds their outputs, each left then right"});
    json.open("input", '[');
    json.row({kInput, kSeed});
    json.close();
    json.open("cases", '[');
    const audio::PolyphaseResampler resampler(2);
    std::vector<float> made;
    for (const Case& c : cases) {
        json.row({c.start, c.first, c.last, static_cast<double>(c.frames)});
        audio::Block out(2, c.frames);
        resampler.process_ramped(input.view(), c.start, c.first, c.last, out.view());
        append(made, out.view());
    }
    write_floats(folder / "resampler.f32", made);
    write_text(folder / "resampler.json", json.finish());
}

void write_output_vectors(const std::filesystem::path& folder) {
    constexpr int kFrames = 7'168;
    constexpr int kBlock = 128;
    constexpr std::uint32_t kSeed = 29;
    const std::array<Event, 8> events = {{{6, level_cap, -9.0},
                                          {14, volume, -4.5},
                                          {22, level_cap, -20.0},
                                          {24, mute, 0.0},
                                          {32, unmute, 600.0},
                                          {38, mute, 0.0},
                                          {50, volume, 0.0},
                                          {54, unmute, 1'200.0}}};
    VectorFile json;
    json.member("about",
                std::string_view{
                    "input: [frames, seed, block], noise at 1.2 as in resampler.json; events: "
                    "[block, 0 volume 1 cap 2 mute 3 unmute, value]; output.f32: left then right"});
    json.open("input", '[');
    json.row({kFrames, kSeed, kBlock});
    json.close();
    json.open("events", '[');
    client::OutputStage output(-1.0, 0.0);
    audio::Block sound = noise_block(kFrames, kSeed);
    for (int c = 0; c < 2; ++c) {
        for (float& sample : sound.channel(c)) {
            sample *= 1.2F;
        }
    }
    for (int block = 0; block < kFrames / kBlock; ++block) {
        for (const Event& event : events) {
            if (event.block != block) {
                continue;
            }
            json.row({static_cast<double>(block), static_cast<double>(event.command), event.value});
            obey(output, event);
        }
        output.process(sound.view().part(block * kBlock, kBlock));
    }
    std::vector<float> made;
    append(made, sound.view());
    write_floats(folder / "output.f32", made);
    write_text(folder / "output.json", json.finish());
}

}  // namespace earshot::test
