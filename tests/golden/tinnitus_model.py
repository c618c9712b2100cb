#!/usr/bin/env python3
"""Makes the tinnitus vectors of tests/golden/tinnitus: NAME.f32 (little-endian float32) and one .json.

Written from the literature, in continuous time, and shares nothing with what it checks:
- a tone whose pitch wanders is a sine with sinusoidal frequency modulation: its spectrum is lines of
  amplitude J_n(deviation / rate) (e.g. Carson 1922);
- narrow-band noise has the power density 1 / (1 + (2 (f - f_t) / BW)^4): a Butterworth band of 4th order;
- residual inhibition: depth = clip(log(T / 10) / log 6, 0, 1), fading with 15 s (Terry et al. 1983,
  Roberts et al. 2008).

usage: tinnitus_model.py [FOLDER]
"""
import json
import pathlib
import sys

import numpy as np

RATE_HZ = 0.3
DEVIATION = 0.002
TONE_HZ = 4_000.0
LINES = 40

BAND_HZ = 4_000.0
BAND_OCTAVES = 1.0 / 3.0
BAND_PARTS = 24           # from 1.5 bandwidths below to 1.5 above, an eighth of a bandwidth each

MASKERS_S = (10.0, 30.0, 60.0, 90.0)
CURVE_S = 60.0
CURVE_STEP_S = 0.1


def bessel(order: int, argument: float) -> float:
    """J_n(x) = 1/pi times the integral of cos(n t - x sin t) from 0 to pi."""
    t = (np.arange(20_000) + 0.5) * np.pi / 20_000
    return float(np.mean(np.cos(order * t - argument * np.sin(t))))


def tone_lines() -> np.ndarray:
    """Power of the lines TONE_HZ + n RATE_HZ, n = -LINES to LINES, as shares of the whole, in dB."""
    index = TONE_HZ * DEVIATION / RATE_HZ
    amplitudes = np.array([bessel(n, index) for n in range(-LINES, LINES + 1)])
    return 10.0 * np.log10(np.maximum(amplitudes ** 2, 1e-12))


def band_parts() -> np.ndarray:
    """Power of each part of the band as a share of the whole, in dB."""
    offset = np.linspace(-200.0, 200.0, 4_000_001)           # in bandwidths
    density = 1.0 / (1.0 + (2.0 * offset) ** 4)
    total = density.sum()
    edges = np.linspace(-1.5, 1.5, BAND_PARTS + 1)
    shares = [density[(offset >= a) & (offset < b)].sum() / total for a, b in zip(edges, edges[1:])]
    return 10.0 * np.log10(np.array(shares))


def inhibition_curves() -> np.ndarray:
    """Share of the amplitude that is left, by time since the masker's end; a row for each masker."""
    t = np.arange(0.0, CURVE_S, CURVE_STEP_S)
    rows = []
    for masker in MASKERS_S:
        depth = np.clip(np.log(masker / 10.0) / np.log(6.0), 0.0, 1.0)
        rows.append(1.0 - depth * np.exp(-t / 15.0))
    return np.array(rows)


def main(out_dir: str | pathlib.Path) -> None:
    folder = pathlib.Path(out_dir)
    folder.mkdir(parents=True, exist_ok=True)
    vectors = {"tone_lines": tone_lines(), "band_parts": band_parts(),
               "inhibition_curves": inhibition_curves()}
    for name, values in vectors.items():
        values.astype("<f4").tofile(folder / f"{name}.f32")
    described = {
        "format": "little-endian float32, last dimension fastest",
        "tone_lines": {"shape": list(vectors["tone_lines"].shape), "unit": "dB re the tone's power",
                       "tone_hz": TONE_HZ, "spacing_hz": RATE_HZ, "first_line": -LINES,
                       "deviation": DEVIATION},
        "band_parts": {"shape": list(vectors["band_parts"].shape), "unit": "dB re the noise's power",
                       "centre_hz": BAND_HZ, "bandwidth_octaves": BAND_OCTAVES,
                       "from_bandwidths": -1.5, "part_bandwidths": 3.0 / BAND_PARTS},
        "inhibition_curves": {"shape": list(vectors["inhibition_curves"].shape),
                              "unit": "share of the amplitude", "maskers_s": list(MASKERS_S),
                              "step_s": CURVE_STEP_S, "begins": "with the masker's end"},
    }
    (folder / "tinnitus.json").write_text(json.dumps(described, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent / "tinnitus")
