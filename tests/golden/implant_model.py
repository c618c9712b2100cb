#!/usr/bin/env python3
"""A second implementation of the simulated implants, in NumPy, from the papers' equations.

Writes, for each of four implants, the last 4096 frames that come out for one test sound
(NAME.f32, little-endian float32) and implant.json, which describes them. Filters are applied in the
frequency domain, nothing is shared with the C++ engine but the definitions of its carriers' noise and
phases (SplitMix64 of seed, channel and programme frame) and of its control steps.

Sources: Greenwood 1990 (places); Shannon et al. 1995 (noise vocoder); Glasberg & Moore 1990 (Cam);
Grange et al. 2017 (SPIRAL); Nogueira et al. 2005 (n-of-m, loudness growth); Giannoulis et al. 2012
(gain control); Steele et al. 2014 (SplitMix64).
"""
import json
import pathlib
import sys

import numpy as np

RATE = 48_000
FRAMES = 14_400
KEPT = 4_096
LATENCY = 640
GRID = 1 << 17  # points of the transforms: the longest ringing here is 0.1 s
SEED = 1

IMPLANTS = {
    "noise": dict(kind="vocoder", channels=22, low=188.0, high=7938.0, corner=160.0, noise=1.0),
    "sine": dict(kind="vocoder", channels=22, low=188.0, high=7938.0, corner=50.0, noise=0.0, shift=3.0),
    "spiral": dict(kind="spiral", channels=20, low=120.0, high=8658.0, corner=50.0, slope=-8.0,
                   emphasis=1200.0),
    "n_of_m": dict(kind="n_of_m", channels=22, low=188.0, high=7938.0, corner=160.0, noise=0.0,
                   emphasis=1200.0, compress=True, selected=8, steps=64, comfort=65.0, rate=900),
}


def sound():
    """14400 frames: 25 harmonics of 140 Hz falling by 6 dB an octave, swelling at 7 Hz, and a burst."""
    t = np.arange(FRAMES) / RATE
    voice = sum(np.sin(2 * np.pi * 140.0 * k * t + 0.7 * k * k) / k for k in range(1, 26))
    swell = 0.55 - 0.45 * np.cos(2 * np.pi * 7.0 * t)
    burst = np.where((t > 0.2) & (t < 0.26), np.sin(2 * np.pi * 3100.0 * t), 0.0)
    return (0.05 * voice * swell + 0.03 * burst).astype(np.float32).astype(float)


# Filters: analogue prototypes, bilinear transform, as poles, zeros and gain.

Z = np.exp(2j * np.pi * np.arange(GRID // 2 + 1) / GRID)


def warp(hz):
    return 2 * RATE * np.tan(np.pi * hz / RATE)


def digital(poles):
    return (2 * RATE + poles) / (2 * RATE - poles)


def response(poles, zeros, z, unity_at):
    """Transfer function on points z, with gain 1 at a point."""
    def raw(at):
        at = np.asarray(at)[..., None]
        return np.prod(at - zeros, axis=-1) / np.prod(at - poles, axis=-1)
    return raw(z) / abs(raw(np.array([unity_at])))[0]


def band(low, high):
    """Poles, zeros, point of gain 1 of the fourth-order Butterworth band-pass."""
    w1, w2 = warp(low), warp(high)
    prototype = np.exp(1j * np.pi * np.array([0.75, 1.25])) * (w2 - w1) / 2
    root = np.sqrt(prototype ** 2 - w1 * w2)
    poles = digital(np.concatenate([prototype + root, prototype - root]))
    middle = 2 * np.arctan(np.sqrt(w1 * w2) / (2 * RATE))
    return poles, np.array([1, 1, -1, -1]), np.exp(1j * middle)


def low_pass(corner):
    return digital(warp(corner) * np.exp(1j * np.pi * np.array([0.75, 1.25]))), -np.ones(2), 1.0 + 0j


def emphasis(corner):
    return digital(np.array([-warp(corner) + 0j])), np.ones(1), -1.0 + 0j


def chebyshev_sections(order, edge):
    """0.1 dB type 1 low-pass, each pair of poles with gain 1 at 0 Hz."""
    epsilon = np.sqrt(10 ** 0.01 - 1)
    a = np.arcsinh(1 / epsilon) / order
    theta = np.pi * (2 * np.arange(order // 2) + 1) / (2 * order)
    poles = -np.sinh(a) * np.sin(theta) + 1j * np.cosh(a) * np.cos(theta)
    return [(digital(warp(edge) * np.array([p, np.conj(p)])), -np.ones(2), 1.0 + 0j) for p in poles]


def on_grid(filters):
    return np.prod([response(p, z, Z, one) for p, z, one in filters], axis=0)


def run(x, filters):
    return np.fft.irfft(np.fft.rfft(x, GRID) * on_grid(filters), GRID)[: len(x)]


def delay_of(filters, hz):
    """Group delay in frames."""
    w = 2 * np.pi * np.array([hz - 0.05, hz + 0.05]) / RATE
    phase = [np.prod([response(p, z, np.exp(1j * w), one)[i] for p, z, one in filters]) for i in (0, 1)]
    return -np.angle(phase[1] / phase[0]) / (w[1] - w[0])


def noise_power(filters):
    return np.mean(np.abs(on_grid(filters)) ** 2)


# Carriers' bits.

def mixed(number):
    """SplitMix64's finaliser on uint64 arrays."""
    z = np.asarray(number, dtype=np.uint64)
    with np.errstate(over="ignore"):
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def channel_bits(number):
    return int(mixed(np.array([(SEED << 32) + number], dtype=np.uint64))[0])


def sine(number, hz, frames):
    start = channel_bits(number) / 2 ** 64
    return np.sin(2 * np.pi * (hz * frames / RATE + start))


def signs(channel, frames):
    with np.errstate(over="ignore"):
        words = mixed(np.uint64(channel_bits(0)) + frames.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    return np.where((words >> np.uint64(channel)) & np.uint64(1), -1.0, 1.0)


# The implant.

def greenwood(mm):
    return 165.4 * (10 ** (0.06 * mm) - 0.88)


def place(hz):
    return np.log10(hz / 165.4 + 0.88) / 0.06


def edges(implant):
    mm = np.linspace(place(implant["low"]), place(implant["high"]), implant["channels"] + 1)
    shift = implant.get("shift", 0.0)
    return greenwood(mm), greenwood(mm + shift), greenwood((mm[1:] + mm[:-1]) / 2 + shift)


def compressed(x):
    """3:1 over 65 dB SPL (full scale rms = 100): 5 ms, and 75 ms from 90 to 71 dB SPL."""
    attack = 1 - np.exp(-1 / (0.005 * RATE))
    release = 1 - np.exp(-1 / (0.075 / (19 / 8.686) * RATE))
    knee = 10 ** ((65 - 100) / 20) * np.sqrt(2)
    level = np.zeros(len(x) + 1)
    for i, magnitude in enumerate(abs(x)):
        distance = magnitude - level[i]
        level[i + 1] = level[i] + (attack if distance > 0 else release) * distance
    # The gain found at the start of a step of 32 frames is reached at its end.
    found = np.minimum(1.0, (np.maximum(level[0:-1:32], 1e-30) / knee) ** (-2 / 3))
    corners = np.concatenate([[1.0], found])
    return x * np.interp(np.arange(len(x)), 32 * np.arange(len(corners)), corners)


def envelopes(x, implant, analysis):
    """Root mean square of each channel, near enough: half wave, low-pass, level factor."""
    lag = int(round(delay_of([low_pass(implant["corner"])], 1.0) / 64))
    sine_factor = np.pi / np.sqrt(2)
    result = []
    for k in range(implant["channels"]):
        channel = run(x, [band(analysis[k], analysis[k + 1])])
        smooth = np.maximum(run(np.maximum(channel, 0), [low_pass(implant["corner"])]), 0)
        steps = len(x) // 64
        in_power = np.sum(channel[: steps * 64].reshape(steps, 64) ** 2, axis=1)
        out_power = np.sum(smooth[: steps * 64].reshape(steps, 64) ** 2, axis=1)
        floor = 1e-10 * 64 * 48
        factors = [sine_factor, sine_factor]
        for s in range(steps):
            a = np.sum(in_power[max(0, s - lag - 47): max(0, s - lag + 1)])
            b = np.sum(out_power[max(0, s - 47): s + 1])
            ratio = np.sqrt((a + floor * sine_factor ** 2) / (b + floor))
            factors.append(sine_factor * np.clip(np.sqrt(ratio / sine_factor), 0.7, 2.0))
        # What a level step tells is reached at the end of the next.
        corners = np.array(factors)
        result.append(smooth * np.interp(np.arange(len(x)), 64 * np.arange(len(corners)), corners))
    return np.array(result)


def restoring(implant, analysis):
    gains = []
    for low, high in zip(analysis[:-1], analysis[1:]):
        gain = np.sqrt((high - low) / (RATE / 2) / noise_power([band(low, high)]))
        if "emphasis" in implant:
            p, z, one = emphasis(implant["emphasis"])
            middle = np.exp(2j * np.pi * np.sqrt(low * high) / RATE)
            gain /= abs(response(p, z, np.array([middle]), one)[0])
        gains.append(gain)
    return np.array(gains)


def shares(implant, from_hz, to_hz, gains):
    spread = gains ** 2 * 10 ** (implant["slope"] / 10 * abs(np.log2(to_hz / from_hz)))
    return spread / np.sum(spread)


def stimulation(levels, implant, gains):
    """n-of-m: frames, selection, loudness growth, steps, and back."""
    growth, rate = 416.2, implant["rate"]
    comfort = 10 ** ((implant["comfort"] - 100) / 20)
    threshold = comfort / 100
    count = levels.shape[1]
    corners, values = [0], [np.zeros(len(levels))]
    frame = 0
    starts = []
    while (start := -(-frame * RATE // rate)) < count:
        starts.append(start)
        frame += 1
    for start in starts:
        value = np.zeros(len(levels))
        for k in np.argsort(-levels[:, start], kind="stable")[: implant["selected"]]:
            v = levels[k, start]
            if v < threshold:
                continue
            inside = min((v - threshold) / (comfort - threshold), 1.0)
            p = np.log(1 + growth * inside) / np.log(1 + growth)
            p = np.floor(p * (implant["steps"] - 1) + 0.5) / (implant["steps"] - 1)
            value[k] = (threshold + (comfort - threshold) * ((1 + growth) ** p - 1) / growth) * gains[k]
        corners.append(-(-(len(corners)) * RATE // rate))
        values.append(value)
    at = np.arange(count)
    return np.array([np.interp(at, corners, [v[k] for v in values]) for k in range(len(levels))])


def spiral(levels, implant, gains, centres, frames, tops):
    cam = 21.4 * np.log10(4.37e-3 * np.array([20.0, 20000.0]) + 1)
    hz = (10 ** (np.linspace(cam[0], cam[1], 80) / 21.4) - 1) / 4.37e-3
    hz = hz[(hz >= 20 - 1e-6) & (hz <= 14000)]
    carrier_gains = gains[np.minimum(np.searchsorted(tops, hz), len(gains) - 1)]
    matrix = np.array([2 * gains[j] ** 2 * shares(implant, centres[j], hz, carrier_gains)
                       for j in range(len(gains))])
    corners = np.sqrt(np.einsum("jn,ji->in", levels[:, ::32] ** 2, matrix))
    corners = np.concatenate([np.zeros((len(hz), 1)), corners], axis=1)
    out = np.zeros(levels.shape[1])
    for i, f in enumerate(hz):
        out += np.interp(frames, 32 * np.arange(corners.shape[1]), corners[i]) * sine(1 + i, f, frames)
    return out


def delays(implant, analysis, carriers, centres):
    result = []
    for k in range(implant["channels"]):
        middle = np.sqrt(analysis[k] * analysis[k + 1])
        frames = delay_of([band(analysis[k], analysis[k + 1])], middle)
        frames += delay_of([low_pass(implant["corner"])], 1.0)
        frames += delay_of(chebyshev_sections(12, 14000.0), centres[k])
        if implant["kind"] == "spiral":
            frames += 32
        elif implant["noise"] == 1.0:
            low, high = carriers[k], carriers[k + 1]
            frames += delay_of([band(low, high)], np.sqrt(low * high))
        if implant["kind"] == "n_of_m":
            frames += RATE / implant["rate"]
        result.append(frames)
    return result


def render(implant, x):
    analysis, carriers, centres = edges(implant)
    frames = np.arange(len(x))
    pad = LATENCY - int(round(sorted(delays(implant, analysis, carriers, centres))[implant["channels"] // 2]))
    x = np.concatenate([np.zeros(pad), x])[: len(x)]
    if "emphasis" in implant:
        x = run(x, [emphasis(implant["emphasis"])])
    if implant.get("compress"):
        x = compressed(x)
    levels = envelopes(x, implant, analysis)
    gains = restoring(implant, analysis)
    if implant["kind"] == "spiral":
        out = spiral(levels, implant, gains, centres, frames, carriers[1:])
    else:
        amplitudes = (stimulation(levels, implant, gains) if implant["kind"] == "n_of_m"
                      else levels * gains[:, None])
        out = np.zeros(len(x))
        for k, amplitude in enumerate(amplitudes):
            if implant["noise"] == 1.0:
                filters = [band(carriers[k], carriers[k + 1])]
                out += run(amplitude * signs(k, frames), filters) / np.sqrt(noise_power(filters))
            else:
                out += np.sqrt(2) * amplitude * sine(1 + k, centres[k], frames)
    return pad, centres, run(out, chebyshev_sections(12, 14000.0))


def main(out_dir):
    folder = pathlib.Path(out_dir) / "implant"
    folder.mkdir(parents=True, exist_ok=True)
    x = sound()
    about = {"rate_hz": RATE, "input": sound.__doc__, "frames": FRAMES, "kept_last": KEPT,
             "format": "little-endian float32, one ear", "implants": {}}
    for name, implant in IMPLANTS.items():
        pad, centres, out = render(implant, x)
        (folder / f"{name}.f32").write_bytes(out[-KEPT:].astype("<f4").tobytes())
        about["implants"][name] = {"settings": implant, "delay_before": pad,
                                   "carriers_hz": [round(float(hz), 3) for hz in centres]}
    (folder / "implant.json").write_text(json.dumps(about, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent)
