#include "common/dsp/implant/implant_recipe.hpp"

#include "common/base/level.hpp"
#include "common/base/time.hpp"
#include "common/dsp/implant/greenwood.hpp"
#include "common/dsp/implant/position_hash.hpp"
#include "common/dsp/implant/section.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <numbers>

namespace earshot::dsp {
namespace {

constexpr int kHighPassOrder = 8;
constexpr int kLowPassOrder = 12;
/// No carrier is made to ring longer than a band as narrow as this does (13 ms).
constexpr double kNarrowestRingHz = 25.0;

/// Root mean square (1.0 = full scale) of a level in dB SPL.
double rms_of(double level_db_spl) {
    return db_to_gain(level_db_spl - kDefaultCalibrationDbSpl);
}

/// Coefficient of a one-pole smoother with a time constant.
double coefficient(double seconds) {
    return 1.0 - std::exp(-1.0 / (seconds * kSampleRateHz));
}

Section emphasis(double corner_hz) {
    const double k = std::tan(std::numbers::pi * corner_hz / kSampleRateHz);
    const double b = 1.0 / (1.0 + k);
    return {b, -b, 0.0, -(1.0 - k) / (1.0 + k), 0.0};
}

std::size_t groups_of(std::size_t channels) {
    return (channels + kLanes - 1) / kLanes;
}

double square(double value) {
    return value * value;
}

/// 10^(s/10 |log2 ratio|): power that spreads over an interval.
double spread_power(double db_per_octave, double from_hz, double to_hz) {
    return std::pow(10.0, 0.1 * db_per_octave * std::abs(std::log2(to_hz / from_hz)));
}

std::vector<Section> output_sections(const ImplantSettings& settings) {
    std::vector<Section> sections = chebyshev_low_pass(kLowPassOrder, settings.output_high_hz);
    if (settings.output_low_hz > 20.0) {
        const auto high = chebyshev_high_pass(kHighPassOrder, settings.output_low_hz);
        sections.insert(sections.end(), high.begin(), high.end());
    }
    return sections;
}

}  // namespace

Expected<ImplantRecipe> ImplantRecipe::make(const ImplantSettings& settings) {
    if (auto fault = find_fault(settings)) {
        return *std::move(fault);
    }
    ImplantRecipe recipe;
    recipe.settings_ = settings;
    recipe.plan_.strategy = settings.strategy;
    recipe.plan_.channels = static_cast<std::size_t>(settings.channels);
    recipe.plan_front();
    recipe.plan_analysis();
    recipe.plan_output();
    if (settings.strategy == ImplantStrategy::spiral) {
        recipe.plan_spiral();
    } else {
        recipe.plan_carriers();
        recipe.plan_ring();
        recipe.plan_pulses();
        recipe.plan_coder();
    }
    recipe.plan_delay();
    return recipe;
}

std::array<std::uint64_t, 2> ImplantRecipe::ear_bits(std::uint64_t number) const noexcept {
    const std::uint64_t left = mixed_bits((std::uint64_t{settings_.seed} << 32U) + number);
    return {left, settings_.ears_apart ? mixed_bits(left) : left};
}

void ImplantRecipe::plan_front() {
    ImplantFrontPlan& front = plan_.front;
    front.same = static_cast<float>(0.5 * (1.0 + settings_.width));
    front.other = static_cast<float>(0.5 * (1.0 - settings_.width));
    front.emphasise = settings_.emphasis_hz > 0.0;
    if (front.emphasise) {
        const Section section = emphasis(settings_.emphasis_hz);
        front.emphasis_b = static_cast<float>(section.b0);
        front.emphasis_a = static_cast<float>(-section.a1);
    }
    front.compress = settings_.compress;
    // Attack and release time as IEC 60118-2 has them: from 55 to 90 dB SPL and back, until the
    // gain is within 4 dB of where it ends. In dB the level falls in a straight line, so for 75 ms
    // from 90 to 4 dB of gain over the knee (71 dB) its time constant is 34 ms. It also follows
    // from this that the control has forgotten everything after 200 ms.
    constexpr double kKneeDb = 65.0;
    constexpr double kReleaseSeconds = 0.075 / (19.0 / 8.686);
    constexpr double kAttackSeconds = 0.005;
    front.attack = static_cast<float>(coefficient(kAttackSeconds));
    front.release = static_cast<float>(coefficient(kReleaseSeconds));
    // The detector follows peaks: a sine's is 3 dB over its root mean square.
    front.knee = static_cast<float>(rms_of(kKneeDb) * std::numbers::sqrt2);
}

void ImplantRecipe::plan_analysis() {
    const double low_mm = greenwood_mm(settings_.low_hz);
    const double channel_mm =
        (greenwood_mm(settings_.high_hz) - low_mm) / static_cast<double>(plan_.channels);
    EnvelopePlan& envelopes = plan_.envelopes;
    envelopes.groups = groups_of(plan_.channels);
    for (std::size_t k = 0; k < plan_.channels; ++k) {
        const double from_mm = low_mm + channel_mm * static_cast<double>(k);
        const double shifted_mm = from_mm + settings_.shift_mm;
        channels_.push_back({.low_hz = greenwood_hz(from_mm),
                             .high_hz = greenwood_hz(from_mm + channel_mm),
                             .carrier_hz = greenwood_hz(shifted_mm + 0.5 * channel_mm),
                             .carrier_low_hz = greenwood_hz(shifted_mm),
                             .carrier_high_hz = greenwood_hz(shifted_mm + channel_mm)});
        envelopes.bands.set(k, butterworth_band(channels_.back().low_hz, channels_.back().high_hz),
                            1.0);
        plan_.restore.set(k, restoring_gain(k));
    }
    const Section low_pass = butterworth_low_pass(settings_.envelope_hz);
    envelopes.low_pass_a1 = static_cast<float>(low_pass.a1);
    envelopes.low_pass_a2 = static_cast<float>(low_pass.a2);
    // Of the rounded coefficients, so that a steady envelope comes out right.
    envelopes.low_pass_b0 =
        static_cast<float>(0.25 * (1.0 + static_cast<double>(envelopes.low_pass_a1) +
                                   static_cast<double>(envelopes.low_pass_a2)));
    const double lag = group_delay({&low_pass, 1}, 1.0) / EnvelopeBank::kLevelStep;
    envelopes.lag_steps =
        std::min(static_cast<std::size_t>(std::lround(lag)), EnvelopeBank::kMostLag);
}

/// What the emphasis took from the middle of a channel, and what neighbours hear in its skirts.
double ImplantRecipe::restoring_gain(std::size_t channel) const {
    const Channel& edges = channels_[channel];
    const auto band = butterworth_band(edges.low_hz, edges.high_hz);
    const double share = 2.0 * (edges.high_hz - edges.low_hz) / kSampleRateHz;
    double gain = std::sqrt(share / noise_power(band)) * db_to_gain(settings_.level_db);
    if (settings_.emphasis_hz > 0.0) {
        const double middle_hz = std::sqrt(edges.low_hz * edges.high_hz);
        gain /= std::abs(emphasis(settings_.emphasis_hz).response(middle_hz));
    }
    return gain;
}

void ImplantRecipe::plan_carriers() {
    CarrierPlan& carriers = plan_.carriers;
    carriers.groups = groups_of(plan_.channels);
    carriers.oscillators.groups = carriers.groups;
    // Both shares are amplitudes; together they have the power of one carrier.
    const double whole = std::hypot(settings_.noise, 1.0 - settings_.noise);
    const double sine = (1.0 - settings_.noise) / whole;
    const double noise = settings_.noise / whole;
    carriers.sine = sine > 0.0;
    carriers.noise = noise > 0.0;
    carriers.noise_seed = ear_bits(0);
    for (std::size_t k = 0; k < plan_.channels; ++k) {
        const Channel& channel = channels_[k];
        carriers.oscillators.set(k, channel.carrier_hz, ear_bits(1 + k));
        carriers.sine_gain.set(k, sine * std::numbers::sqrt2);
        const auto band = butterworth_band(channel.carrier_low_hz, channel.carrier_high_hz);
        carriers.noise_bands.set(k, band, noise / std::sqrt(noise_power(band)));
    }
}

void ImplantRecipe::plan_ring() {
    CarrierPlan& carriers = plan_.carriers;
    carriers.ring = settings_.ring > 0.0;
    if (!carriers.ring) {
        return;
    }
    carriers.dry = static_cast<float>(1.0 - settings_.ring);
    const double noise_share = settings_.noise * settings_.noise /
                               std::norm(std::complex(settings_.noise, 1.0 - settings_.noise));
    for (std::size_t k = 0; k < plan_.channels; ++k) {
        const Channel& channel = channels_[k];
        const double width_hz = channel.carrier_high_hz - channel.carrier_low_hz;
        // 2 to 5 % off the carrier, up or down, a channel's own.
        const std::uint64_t bits = mixed_bits(std::uint64_t{settings_.seed} + 7'919U * k);
        const double part = static_cast<double>(bits >> 40U) / static_cast<double>(1U << 24U);
        const double offset = (0.02 + 0.03 * part) * ((bits & 1U) != 0 ? 1.0 : -1.0);
        const Section ring = resonator(channel.carrier_hz * (1.0 + offset),
                                       std::max(width_hz / settings_.ring_q, kNarrowestRingHz));
        // Dry and ringing sound together keep the level of a steady carrier.
        const auto power_at = [&](double hz) {
            return std::norm(1.0 - settings_.ring + settings_.ring * ring.response(hz));
        };
        constexpr int kPoints = 64;
        double band_power = 0.0;
        for (int i = 0; i < kPoints; ++i) {
            band_power += power_at(channel.carrier_low_hz + width_hz * (i + 0.5) / kPoints);
        }
        const double power =
            (1.0 - noise_share) * power_at(channel.carrier_hz) + noise_share * band_power / kPoints;
        const double level = 1.0 / std::sqrt(power);
        carriers.ring_gain.set(k, settings_.ring * ring.b0);
        carriers.ring_a1.set(k, ring.a1);
        carriers.ring_a2.set(k, ring.a2);
        carriers.sine_gain.set(k, level * static_cast<double>(carriers.sine_gain.get(k)));
        carriers.noise_bands.gain.set(
            k, level * static_cast<double>(carriers.noise_bands.gain.get(k)));
    }
}

void ImplantRecipe::plan_pulses() {
    PulsePlan& pulses = plan_.carriers.pulses;
    pulses.on = settings_.pulse_depth > 0.0;
    pulses.step =
        static_cast<std::uint64_t>(std::ldexp(settings_.pulse_rate_hz / kSampleRateHz, 64));
    // Each pulse is as long as 0.4 periods of its peak would be.
    const double deviation = 0.4 / std::sqrt(2.0 * std::numbers::pi);
    std::array<double, PulsePlan::kTable> shape{};
    double power = 0.0;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const double phase = static_cast<double>(i) / PulsePlan::kTable;
        for (int neighbour = -3; neighbour <= 3; ++neighbour) {
            const double z = (phase - neighbour) / deviation;
            shape[i] += std::exp(-0.5 * z * z);
        }
        shape[i] = 1.0 - settings_.pulse_depth + settings_.pulse_depth * shape[i];
        power += shape[i] * shape[i] / PulsePlan::kTable;
    }
    for (std::size_t i = 0; i <= PulsePlan::kTable; ++i) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            const std::size_t at = (i + lane * PulsePlan::kTable / kLanes) % PulsePlan::kTable;
            pulses.factor[i][lane] = static_cast<float>(shape[at] / std::sqrt(power));
        }
    }
}

void ImplantRecipe::plan_coder() {
    if (settings_.strategy != ImplantStrategy::n_of_m) {
        return;
    }
    FrameCoderPlan& coder = plan_.coder;
    coder.channels = plan_.channels;
    coder.groups = groups_of(plan_.channels);
    coder.selected = static_cast<std::size_t>(settings_.selected);
    coder.frame_rate = settings_.frames_per_second;
    coder.comfort = static_cast<float>(rms_of(settings_.comfort_db_spl));
    coder.threshold = static_cast<float>(rms_of(settings_.comfort_db_spl - 40.0));
    coder.steps = settings_.loudness_steps;
    std::vector<double> places;
    std::vector<double> gains;
    for (std::size_t k = 0; k < plan_.channels; ++k) {
        places.push_back(channels_[k].carrier_hz);
        gains.push_back(static_cast<double>(plan_.restore.get(k)));
    }
    for (std::size_t from = 0; from < plan_.channels; ++from) {
        // What spreads is shared out: the power that a channel brings to all together stays.
        std::vector<double> shares(plan_.channels, 0.0);
        shares[from] = 1.0;
        if (settings_.spread_db_per_octave < 0.0) {
            shares = spread_shares(from, places, gains);
        }
        const double power = square(static_cast<double>(plan_.restore.get(from)));
        for (std::size_t to = 0; to < plan_.channels; ++to) {
            coder.spread[from].set(to, power * shares[to]);
        }
    }
}

void ImplantRecipe::plan_spiral() {
    constexpr double kLowestHz = 20.0;
    constexpr double kHighestHz = 20'000.0;
    const double step = (cam_of(kHighestHz) - cam_of(kLowestHz)) / (kMostCarriers - 1);
    for (std::size_t i = 0; i < kMostCarriers; ++i) {
        const double hz = hz_of_cam(cam_of(kLowestHz) + step * static_cast<double>(i));
        if (hz >= settings_.output_low_hz - 1e-6 && hz <= settings_.output_high_hz) {
            spiral_carriers_.push_back(hz);
        }
    }
    SpiralPlan& spiral = plan_.spiral;
    spiral.channels = plan_.channels;
    spiral.oscillators.groups = groups_of(spiral_carriers_.size());
    for (std::size_t i = 0; i < spiral_carriers_.size(); ++i) {
        spiral.oscillators.set(i, spiral_carriers_[i], ear_bits(1 + i));
    }
    // A carrier between two electrodes gives back the emphasis as the electrode below it does.
    std::vector<double> gains;
    for (const double hz : spiral_carriers_) {
        std::size_t k = 0;
        while (k + 1 < plan_.channels && channels_[k].carrier_high_hz < hz) {
            ++k;
        }
        gains.push_back(static_cast<double>(plan_.restore.get(k)));
    }
    for (std::size_t j = 0; j < plan_.channels; ++j) {
        const std::vector<double> shares = spread_shares(j, spiral_carriers_, gains);
        // Twice: the power of a sine is half its squared amplitude.
        const double power = 2.0 * square(static_cast<double>(plan_.restore.get(j)));
        for (std::size_t i = 0; i < shares.size(); ++i) {
            spiral.power[j].set(i, power * shares[i]);
        }
    }
}

/// Current spreads among electrodes before what the emphasis took is given back at each place.
std::vector<double> ImplantRecipe::spread_shares(std::size_t from,
                                                 std::span<const double> places_hz,
                                                 std::span<const double> gains) const {
    std::vector<double> shares;
    double sum = 0.0;
    for (std::size_t i = 0; i < places_hz.size(); ++i) {
        shares.push_back(square(gains[i]) * spread_power(settings_.spread_db_per_octave,
                                                         channels_[from].carrier_hz, places_hz[i]));
        sum += shares.back();
    }
    for (double& share : shares) {
        share /= sum;
    }
    return shares;
}

void ImplantRecipe::plan_output() {
    OutputBandPlan& output = plan_.output;
    for (const Section& section : output_sections(settings_)) {
        output.section[output.sections++] = {
            static_cast<float>(section.b1 / section.b0), static_cast<float>(section.b0),
            static_cast<float>(section.a1), static_cast<float>(section.a2)};
    }
}

double ImplantRecipe::own_delay(std::size_t channel) const {
    const Channel& c = channels_[channel];
    const auto middle = [](double low, double high) { return std::sqrt(low * high); };
    const Section low_pass = butterworth_low_pass(settings_.envelope_hz);
    double frames =
        group_delay(butterworth_band(c.low_hz, c.high_hz), middle(c.low_hz, c.high_hz)) +
        group_delay({&low_pass, 1}, 1.0) + group_delay(output_sections(settings_), c.carrier_hz);
    if (settings_.strategy == ImplantStrategy::spiral) {
        return frames + kImplantStep;
    }
    const double noise_power_share =
        settings_.noise * settings_.noise /
        std::norm(std::complex(settings_.noise, 1.0 - settings_.noise));
    frames += noise_power_share * group_delay(butterworth_band(c.carrier_low_hz, c.carrier_high_hz),
                                              middle(c.carrier_low_hz, c.carrier_high_hz));
    if (settings_.strategy == ImplantStrategy::n_of_m) {
        frames += static_cast<double>(kSampleRateHz) / settings_.frames_per_second;
    }
    return frames;
}

void ImplantRecipe::plan_delay() {
    std::vector<double> delays;
    for (std::size_t k = 0; k < plan_.channels; ++k) {
        channels_[k].delay_frames = own_delay(k);
        delays.push_back(channels_[k].delay_frames);
    }
    const auto median = delays.begin() + static_cast<std::ptrdiff_t>(delays.size() / 2);
    std::nth_element(delays.begin(), median, delays.end());
    plan_.front.delay = std::max(0, kLatency - static_cast<int>(std::lround(*median)));
    for (Channel& channel : channels_) {
        channel.delay_frames += plan_.front.delay;
    }
}

}  // namespace earshot::dsp
