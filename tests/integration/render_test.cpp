// earshot-render as people run it; and that it makes what the server sends.
#include "common/base/time.hpp"
#include "common/codec/opus_encoder.hpp"
#include "tests/integration/room.hpp"
#include "tests/support/journal.hpp"
#include "tests/support/signals.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <iostream>

namespace earshot::test {
namespace {

struct Outcome {
    int exit_code = -1;
    std::string said;
    std::string errors;
};

Outcome run(const TempDir& folder, const std::vector<std::string>& arguments) {
    ChildProcess process(arguments, folder / "run");
    const ChildEnd end = process.stop(process.wait(200s) ? 0s : 1s);
    return {end.exit_code, process.output(), process.errors()};
}

Outcome render(const TempDir& folder, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), program("earshot-render"));
    return run(folder, arguments);
}

/// Parses files as XML, and looks for references that lead out of their folder or to nowhere.
constexpr const char* kCheckMarkup = R"(
import os, sys, xml.etree.ElementTree as tree
for name in sys.argv[1:]:
    for element in tree.parse(name).iter():
        for key in ("href", "src", "{http://www.w3.org/1999/xlink}href"):
            at = element.get(key, "#")
            if not (at.startswith("#") or at.startswith("data:image/png;base64,")):
                path = os.path.join(os.path.dirname(name), at)
                if ":" in at or at.startswith("/") or os.path.getsize(path) == 0:
                    sys.exit(f"{name}: leads to {at}")
        if element.tag.endswith("img") and not element.get("alt"):
            sys.exit(f"{name}: an image without words")
        if element.tag.endswith("audio") and not element.get("aria-label"):
            sys.exit(f"{name}: a player without a name")
)";

void expect_good_markup(const TempDir& folder, std::vector<std::filesystem::path> files) {
    std::vector<std::string> arguments{"/usr/bin/python3", "-c", kCheckMarkup};
    std::transform(files.begin(), files.end(), std::back_inserter(arguments),
                   [](const auto& file) { return file.string(); });
    const Outcome checked = run(folder, arguments);
    EXPECT_EQ(checked.exit_code, 0) << checked.errors;
}

constexpr const char* kShow = R"(title = "Short"
rights = "own work"
default_perspective = "subjective"
[programme]
source = "file:programme.wav"
gain_db = -2.5
[[programme.layer]]
name = "dialogue"
file = "voice.wav"
[[perspective]]
id = "subjective"
[[cue]]
number = "1"
at = "00:00:00.503"
perspective = "subjective"
state = "snhl_severe"
fade = 700
[[cue]]
number = "2"
at = "00:00:01.507"
perspective = "subjective"
state = "ci_day1"
fade = 80
[[cue]]
number = "3"
at = "00:00:02.201"
perspective = "subjective"
state = "full"
fade = 300
[[cue]]
number = "4"
manual = true
perspective = "subjective"
state = "felt"
)";

void write_show(const TempDir& folder) {
    write_audio(folder / "programme.wav", busy_programme(44'100, 2, 3.0, 5), FileFormat::wav_pcm24);
    write_audio(folder / "voice.wav", busy_programme(48'000, 1, 2.0, 6), FileFormat::wav_pcm16);
    write_text(folder / "show.toml", kShow);
}

TEST(Render, PutsASoundFileIntoAState) {
    TempDir folder;
    write_audio(folder / "in.wav", busy_programme(44'100, 1, 3.0, 5), FileFormat::wav_pcm16);
    const Outcome plain =
        render(folder, {"--in", folder / "in.wav", "--state", "muffled_inner", "--out",
                        folder / "out.wav", "--plot", folder / "out.svg"});
    ASSERT_EQ(plain.exit_code, 0) << plain.errors;
    EXPECT_NE(plain.said.find("x real time"), std::string::npos) << plain.said;
    const Audio out = read_audio(folder / "out.wav");
    EXPECT_EQ(out.sample_rate_hz, 48'000);
    ASSERT_EQ(out.channels.size(), 2U);
    EXPECT_EQ(out.frames(), 144'000U);
    EXPECT_FALSE(std::filesystem::exists(folder / "out.wav.part"));
    expect_good_markup(folder, {folder / "out.svg"});
    EXPECT_LT(std::filesystem::file_size(folder / "out.svg"), 1'500'000U);

    write_text(folder / "mine.toml",
               "inherits = \"full\"\nlabel = \"Mine\"\n[both]\npath = \"acoustic\"\n"
               "sensory = 50\n");
    const Outcome own =
        render(folder, {"--in", folder / "in.wav", "--state-file", folder / "mine.toml",
                        "--intensity", "0", "--float", "--out", folder / "own.wav"});
    ASSERT_EQ(own.exit_code, 0) << own.errors;
    // Nothing of it: the file as the server reads it, and nothing else.
    const Outcome full = render(folder, {"--in", folder / "in.wav", "--state", "full", "--float",
                                         "--out", folder / "full.wav"});
    ASSERT_EQ(full.exit_code, 0) << full.errors;
    EXPECT_EQ(read_text(folder / "own.wav"), read_text(folder / "full.wav"));
}

TEST(Render, EncodesToTheServersPacketsBitForBit) {
    TempDir folder;
    write_show(folder);
    Server server(folder, {"--show", folder / "show.toml", "--journal-packets", folder / "journal",
                           "--start", "now"});
    const Outcome offline =
        render(folder, {"--show", folder / "show.toml", "--float", "--out", folder / "out.wav"});
    ASSERT_EQ(offline.exit_code, 0) << offline.errors;
    EXPECT_NE(offline.errors.find("1 cue by hand"), std::string::npos) << offline.errors;
    ASSERT_TRUE(server.wait_for_phase("ended", 30s));
    EXPECT_EQ(server.stop().exit_code, 0);

    // Before the programme the server encodes the pre-roll, silence in this show.
    const Audio sound = read_audio(folder / "out.wav");
    const auto preroll = static_cast<std::size_t>((kEpochPreroll - kCodecDelay).count());
    audio::Block padded(2, static_cast<int>(sound.frames() + preroll));
    for (int channel = 0; channel < 2; ++channel) {
        const auto from = sound.channel(static_cast<std::size_t>(channel));
        std::copy(from.begin(), from.end(),
                  padded.channel(channel).begin() + static_cast<std::ptrdiff_t>(preroll));
    }
    std::vector<JournalPacket> sent;
    for (const JournalPacket& packet : read_journal(folder / "journal")) {
        const bool begins = packet.stamp.programme == ProgrammeTime{-kEpochPreroll};
        const bool subjective = packet.stamp.stream == StreamId{1};
        if (subjective &&
            (begins || (!sent.empty() && packet.stamp.epoch == sent.front().stamp.epoch))) {
            sent.push_back(packet);
        }
    }
    codec::OpusEncoder encoder({.bitrate_bps = 96'000});
    const int packets = padded.frames() / codec::kOpusFrames;
    ASSERT_GE(static_cast<int>(sent.size()), packets);
    int different = 0;
    for (int n = 0; n < packets; ++n) {
        std::vector<std::byte> payload(codec::kMaxOpusBytes);
        const auto size =
            encoder.encode(padded.view().part(n * codec::kOpusFrames, codec::kOpusFrames), payload);
        ASSERT_TRUE(size.has_value());
        payload.resize(*size);
        different += payload == sent[static_cast<std::size_t>(n)].payload ? 0 : 1;
    }
    EXPECT_EQ(different, 0) << "of " << packets << " packets";
    std::cout << packets << " packets compared\n";
}

TEST(Render, RendersAnyPerspectiveOfAShowAndDrawsIt) {
    TempDir folder;
    write_show(folder);
    const Outcome subjective = render(folder, {"--show", folder / "show.toml", "--out",
                                               folder / "s.wav", "--plot", folder / "s.svg"});
    ASSERT_EQ(subjective.exit_code, 0) << subjective.errors;
    const Outcome objective = render(folder, {"--show", folder / "show.toml", "--perspective",
                                              "objective", "--out", folder / "o.wav"});
    ASSERT_EQ(objective.exit_code, 0) << objective.errors;
    expect_good_markup(folder, {folder / "s.svg"});
    const Audio s = read_audio(folder / "s.wav");
    const Audio o = read_audio(folder / "o.wav");
    EXPECT_EQ(s.frames(), 144'000U);
    // Together before the first cue and after the last fade, far from each other between.
    constexpr float kDither = 1.0F / 8'388'608.0F;
    const auto apart = [&](std::size_t frame) {
        return std::abs(s.channels[0][frame] - o.channels[0][frame]);
    };
    float most = 0.0F;
    for (std::size_t frame = 0; frame < 144'000; ++frame) {
        if (frame < 24'000 || frame > 125'000) {
            ASSERT_LE(apart(frame), kDither) << frame;
        }
        most = std::max(most, apart(frame));
    }
    EXPECT_GT(most, 0.05F);
}

TEST(Render, WritesAGalleryThatNeedsNoNetwork) {
    TempDir folder;
    const Outcome cards = render(folder, {"--cards", folder / "cards"});
    ASSERT_EQ(cards.exit_code, 0) << cards.errors;
    std::vector<std::filesystem::path> files{folder / "cards/index.html"};
    for (const auto& entry : std::filesystem::directory_iterator(folder / "cards/assets")) {
        if (entry.path().extension() == ".svg") {
            files.push_back(entry.path());
        } else {
            EXPECT_EQ(entry.path().extension(), ".wav") << entry.path();
        }
    }
    EXPECT_GE(files.size(), 2U * 17U + 1U);
    expect_good_markup(folder, files);
    const Audio before = read_audio(folder / "cards/assets/as-mixed.wav");
    const Audio after = read_audio(folder / "cards/assets/snhl_severe.wav");
    EXPECT_EQ(before.frames(), after.frames());
    EXPECT_NEAR(static_cast<double>(before.frames()) / 48'000.0, 4.0, 0.5);
}

TEST(Render, SaysInOneLineWhatIsWrong) {
    TempDir folder;
    write_show(folder);
    write_text(folder / "bad.toml",
               "inherits = \"full\"\nlabel = \"x\"\n[both]\nsmearing = \"much\"\n");
    write_text(folder / "tone.toml",
               "title = \"T\"\nrights = \"own work\"\n[programme]\nsource = \"tone\"\n");
    const std::string in = folder / "programme.wav";
    const std::string out = folder / "out.wav";
    struct Wrong {
        std::vector<std::string> arguments;
        int exit_code;
        std::string named;
    };
    const std::vector<Wrong> wrongs = {
        {{"--in", folder / "none.wav", "--state", "full", "--out", out}, 1, "none.wav"},
        {{"--in", folder / "show.toml", "--state", "full", "--out", out}, 1, "show.toml"},
        {{"--in", in, "--state", "fulll", "--out", out}, 1, "full"},
        {{"--in", in, "--state-file", folder / "bad.toml", "--out", out}, 1, "bad.toml:4"},
        {{"--in", in, "--state-file", folder / "no.toml", "--out", out}, 1, "no.toml"},
        {{"--in", in, "--state", "full", "--out", folder / "no/out.wav"}, 1, "folder"},
        {{"--in", in, "--state", "full", "--out", in}, 1, "is read"},
        {{"--in", in, "--state", "full", "--out", out, "--plot", out}, 1, "same file"},
        {{"--show", folder / "show.toml", "--perspective", "x", "--out", out}, 1, "objective"},
        {{"--show", folder / "tone.toml", "--out", out}, 1, "no end"},
        {{"--show", folder / "none.toml", "--out", out}, 1, "none.toml"},
        {{"--cards", in}, 1, "programme.wav"},
        {{"--in", in, "--state", "full"}, 2, "--out"},
        {{"--loud"}, 2, "--loud"},
    };
    for (const Wrong& wrong : wrongs) {
        const Outcome refused = render(folder, wrong.arguments);
        SCOPED_TRACE(refused.errors);
        EXPECT_EQ(refused.exit_code, wrong.exit_code);
        EXPECT_NE(refused.errors.find(wrong.named), std::string::npos) << wrong.named;
        EXPECT_EQ(std::count(refused.errors.begin(), refused.errors.end(), '\n'), 1);
        EXPECT_EQ(refused.errors.rfind("earshot-render: ", 0), 0U);
        EXPECT_FALSE(std::filesystem::exists(out));
    }
}

TEST(Render, LeavesNoHalfFileWhenItIsInterrupted) {
    TempDir folder;
    write_audio(folder / "in.wav", tone(48'000, 1, 600.0, 440.0, 0.1F), FileFormat::wav_pcm16);
    write_text(folder / "out.wav", "what was there");
    ChildProcess process({program("earshot-render"), "--in", folder / "in.wav", "--state",
                          "snhl_severe", "--out", folder / "out.wav"},
                         folder / "run");
    ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(folder / "out.wav.part"); }, 20s));
    process.send_signal(SIGINT);
    const auto end = process.wait(20s);
    ASSERT_TRUE(end.has_value());
    EXPECT_EQ(end->exit_code, 1) << end->signal;
    EXPECT_NE(process.errors().find("stopped"), std::string::npos) << process.errors();
    EXPECT_FALSE(std::filesystem::exists(folder / "out.wav.part"));
    EXPECT_EQ(read_text(folder / "out.wav"), "what was there");
}

}  // namespace
}  // namespace earshot::test
