#include "common/show/state_keys.hpp"
#include "tests/unit/show/states.hpp"

#include <gmock/gmock.h>

#include <array>
#include <vector>

namespace earshot::show {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// The settings of a state with these lines, which has to be right.
dsp::HearingSettings settings_of(const std::string& lines) {
    const auto state = read(state_with(lines));
    EXPECT_TRUE(state.has_value()) << state.failure().text;
    return state->settings;
}

std::vector<dsp::AudiogramPoint> points_of(const dsp::Audiogram& audiogram) {
    return {audiogram.points().begin(), audiogram.points().end()};
}

TEST(StateKeyReader, AppliesBothEarsBeforeEachOne) {
    const auto settings = settings_of(R"([right]
sensory = 50
[both]
path = "acoustic"
sensory = 20
smearing = "mild"
)");
    EXPECT_EQ(settings.left.path, dsp::EarPath::acoustic);
    EXPECT_EQ(settings.right.path, dsp::EarPath::acoustic);
    EXPECT_DOUBLE_EQ(settings.left.sensory.at(1'000), 20.0);
    EXPECT_DOUBLE_EQ(settings.right.sensory.at(1'000), 50.0);
    EXPECT_DOUBLE_EQ(settings.right.smearing.lower, 1.6);
}

TEST(StateKeyReader, ReadsAudiogramsAsPointsAsOneLevelAndByName) {
    const auto settings = settings_of(R"([left]
sensory = [[250, 10], [1000, 20.5], [8000, 60]]
conductive = 30
[right]
sensory = "N3"
sensory_axis = "linear"
)");
    EXPECT_THAT(
        points_of(settings.left.sensory),
        ::testing::ElementsAre(dsp::AudiogramPoint{250, 10}, dsp::AudiogramPoint{1'000, 20.5},
                               dsp::AudiogramPoint{8'000, 60}));
    EXPECT_EQ(settings.left.sensory.axis(), dsp::Audiogram::Axis::log_hz);
    EXPECT_DOUBLE_EQ(settings.left.conductive.at(5'000), 30.0);
    EXPECT_EQ(points_of(settings.right.sensory), points_of(*dsp::standard_audiogram("N3")));
    EXPECT_EQ(settings.right.sensory.axis(), dsp::Audiogram::Axis::linear_hz);
}

TEST(StateKeyReader, InterpolatesOverTheAxisThatWasAskedFor) {
    const std::string points = "[both]\nsensory = [[1000, 0], [4000, 60]]\n";
    EXPECT_NEAR(settings_of(points).left.sensory.at(2'000), 30.0, 1e-9) << "half-way in octaves";
    EXPECT_NEAR(settings_of(points + "sensory_axis = \"linear\"\n").left.sensory.at(2'000), 20.0,
                1e-9)
        << "a third of the way in Hz";
}

TEST(StateKeyReader, RefusesAudiogramsThatAreNotOnes) {
    EXPECT_THAT(refusal("[left]\nsensory = [[250, 10], [250, 20]]\n"),
                AllOf(StartsWith(at_line(kFirstLine + 1)),
                      HasSubstr("rising frequencies, found 250 after 250")));
    EXPECT_THAT(refusal("[left]\nsensory = [\n  [250, 10],\n  [500, 131],\n]\n"),
                AllOf(StartsWith(at_line(kFirstLine + 3)),
                      HasSubstr("\"sensory, level\": expected a number from -20 to 130")));
    EXPECT_THAT(refusal("[left]\nsensory = [[19, 10]]\n"),
                HasSubstr("\"sensory, frequency\": expected a number from 20 to 20000"));
    EXPECT_THAT(refusal("[left]\nsensory = [[250, 10, 3]]\n"), HasSubstr("[Hz, dB]"));
    EXPECT_THAT(refusal("[left]\nsensory = [250, 10]\n"), HasSubstr("[Hz, dB]"));
    EXPECT_THAT(refusal("[left]\nsensory = []\n"), HasSubstr("one number for all frequencies"));
    EXPECT_THAT(refusal("[left]\nsensory = true\n"), HasSubstr("one number for all frequencies"));
    EXPECT_THAT(refusal("[left]\nsensory = \"N8\"\n"), HasSubstr("did you mean \"N1\"?"));
    EXPECT_THAT(refusal("[left]\nconductive = \"N7\"\n"), HasSubstr("levels from 0 to 90"));
    EXPECT_THAT(refusal("[left]\nconductive = -1\n"), HasSubstr("from 0 to 90"));
    EXPECT_THAT(refusal("[left]\nsensory_axis = \"bark\"\n"), HasSubstr("one of: log, linear"));
    std::string many;
    for (int i = 0; i < 25; ++i) {
        many += "[" + std::to_string(100 + i) + ", 0],\n";
    }
    EXPECT_THAT(refusal("[left]\nsensory = [\n" + many + "]\n"),
                AllOf(StartsWith(at_line(kFirstLine + 26)), HasSubstr("at most 24 points")));
}

TEST(StateKeyReader, ReadsSmearingByDegreeAndByBroadening) {
    for (const dsp::NamedSmearing& degree : dsp::kNamedSmearings) {
        const auto settings =
            settings_of("[both]\nsmearing = \"" + std::string(degree.name) + "\"\n");
        EXPECT_DOUBLE_EQ(settings.left.smearing.lower, degree.lower) << degree.name;
        EXPECT_DOUBLE_EQ(settings.left.smearing.upper, degree.upper) << degree.name;
    }
    const auto settings = settings_of("[left]\nsmearing = [3, 1.5]\nsmearing_blend = 0.5\n");
    EXPECT_EQ(settings.left.smearing, (dsp::StateSmearing{3.0, 1.5, 0.5}));
    EXPECT_EQ(settings.right.smearing, dsp::StateSmearing{});
    EXPECT_THAT(refusal("[left]\nsmearing = \"sever\"\n"), HasSubstr("did you mean \"severe\"?"));
    EXPECT_THAT(refusal("[left]\nsmearing = [0.9, 1]\n"), HasSubstr("from 1 to 6"));
    EXPECT_THAT(refusal("[left]\nsmearing = 2\n"), HasSubstr("[lower, upper]"));
}

TEST(StateKeyReader, ReadsTheWordForNothing) {
    const std::string set = "[vibration]\nstand_in_db = -12\n[left.implant]\nsteps = 32\n";
    EXPECT_EQ(settings_of(set).stand_in_db, -12.0);
    EXPECT_EQ(settings_of(set).left.implant.steps, 32);
    const auto off =
        settings_of("[vibration]\nstand_in_db = \"off\"\n[left.implant]\nsteps = \"off\"");
    EXPECT_EQ(off.stand_in_db, std::nullopt);
    EXPECT_EQ(off.left.implant.steps, std::nullopt);
    EXPECT_EQ(settings_of("calibration_db = \"show\"\n").calibration_db, std::nullopt);
    EXPECT_THAT(refusal("[vibration]\nstand_in_db = \"no\"\n"),
                HasSubstr("expected a number from -40 to 0, or \"off\""));
    EXPECT_THAT(refusal("[left.implant]\nsteps = 7\n"),
                HasSubstr("expected a whole number from 8 to 256, or \"off\""));
}

TEST(StateKeyReader, RefusesNumbersOutOfRangeWithFileLineAndRange) {
    for (const char* value : {"1.5", "-0.1", "nan", "inf", "\"1\"", "true"}) {
        EXPECT_THAT(refusal("[water]\namount = " + std::string(value) + "\n"),
                    AllOf(StartsWith(at_line(kFirstLine + 1)),
                          HasSubstr("\"amount\": expected a number from 0 to 1")))
            << value;
    }
    for (const char* value : {"0", "25", "2.5", "\"8\"", "9223372036854775807"}) {
        EXPECT_THAT(refusal("[both.implant]\nchannels = " + std::string(value) + "\n"),
                    AllOf(StartsWith(at_line(kFirstLine + 1)),
                          HasSubstr("expected a whole number from 1 to 24")))
            << value;
    }
    EXPECT_THAT(refusal("cochlear_reference = 1\n"), HasSubstr("expected true or false"));
}

TEST(StateKeyReader, RefusesBandsUpsideDown) {
    EXPECT_EQ(settings_of("[left]\nband_hz = [200, 5500]\n").left.low_hz, 200.0);
    EXPECT_THAT(refusal("[left]\nband_hz = [5500, 200]\n"), HasSubstr("lower frequency first"));
    EXPECT_THAT(refusal("[left]\nband_hz = [200]\n"), HasSubstr("[low, high] in Hz"));
    EXPECT_THAT(refusal("[left.implant]\nrange_hz = [99, 8000]\n"), HasSubstr("from 100 to 1000"));
    EXPECT_THAT(refusal("[left.implant]\nrange_hz = [100, 999]\n"),
                HasSubstr("from 2000 to 10000"));
}

TEST(StateKeyReader, SuggestsTheKeyThatWasMeantInItsSection) {
    EXPECT_THAT(refusal("[both.hyperacusis]\nslop = 1.2\n"),
                AllOf(StartsWith(at_line(kFirstLine + 1)),
                      HasSubstr("unknown key \"slop\" in [both.hyperacusis]"),
                      HasSubstr("did you mean \"slope\"?")));
    EXPECT_THAT(refusal("[bth]\n"), HasSubstr("did you mean \"both\"?"));
    EXPECT_THAT(refusal("[layers.musik]\n"),
                AllOf(HasSubstr("in [layers]"), HasSubstr("did you mean \"music\"?")));
    EXPECT_THAT(refusal("weather = 3\n"), HasSubstr("in the state; expected one of: inherits"));
    EXPECT_THAT(refusal("left = 3\n"), HasSubstr("expected a section [left]"));
    EXPECT_THAT(refusal("[left]\npath = \"acustic\"\n"),
                AllOf(StartsWith(at_line(kFirstLine + 1)), HasSubstr("\"acustic\" is not known"),
                      HasSubstr("did you mean \"acoustic\"?"), HasSubstr("one of: bypass")));
}

TEST(StateKeyReader, ReadsLayers) {
    const auto settings = settings_of(R"([layers]
dialogue = { gain_db = -6, route = "inside" }
music = { gain_db = -120 }
)");
    EXPECT_EQ(settings.layer(dsp::LayerName::dialogue),
              (dsp::StateLayer{-6.0, dsp::LayerRoute::inside}));
    EXPECT_EQ(settings.layer(dsp::LayerName::music),
              (dsp::StateLayer{-120.0, dsp::LayerRoute::loss}));
    EXPECT_EQ(settings.layer(dsp::LayerName::body).route, dsp::LayerRoute::inside) << "by default";
    EXPECT_THAT(refusal("[layers.body]\nroute = \"outside\"\n"), HasSubstr("one of: loss, inside"));
}

}  // namespace
}  // namespace earshot::show
