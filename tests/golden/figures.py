#!/usr/bin/env python3
"""Draws the diagrams of docs/dsp.md, of the NumPy models beside this file.

usage: figures.py [FOLDER]   writes NAME.svg there (default: docs/figures)
Needs NumPy (Debian: python3-numpy). The same files come out at every run.
"""
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE), str(ROOT / "tests/validation")]

import acoustic_model as acoustic  # noqa: E402
import implant_model as implant  # noqa: E402
import smearing_model as smearing  # noqa: E402
import svg  # noqa: E402

# Bisgaard, Vlaming & Dahlquist 2010; at acoustic_model.STANDARD_HZ.
acoustic.AUDIOGRAMS |= {
    "N1": [10, 10, 10, 10, 10, 10, 15, 20, 30, 40],
    "N4": [55, 55, 55, 55, 55, 60, 65, 70, 75, 80],
}


def db(amplitude):
    return 20 * np.log10(np.maximum(np.abs(amplitude), 1e-6))


def bank():
    """Some bands by themselves, and all of them together."""
    model = acoustic.Bank()
    hz = np.geomspace(20, 20_000, 500)
    parts = model.aligned(2 * np.pi * hz / acoustic.FS) * model.weight
    curves = [("all 55 bands", hz, db(parts.sum(axis=1)))]
    for band in (4, 14, 24, 34, 44):
        curves.append((f"band at {model.hz[band]:.0f} Hz", hz, db(parts[:, band])))
    return svg.diagram("The bank of filters: five of its bands, and their sum", "frequency, Hz",
                       "gain, dB", curves, y_range=(-60, 6))


def recruitment():
    """Level out over level in: what is soft is gone, what is loud is nearly as loud."""
    model = acoustic.Bank()
    level = np.arange(30.0, 106.0, 2.5)
    curves = [("no loss", level, level)]
    for name in ("N1", "N3", "N4"):
        loss = acoustic.hearing_level(name, 4000.0)
        curves.append((f"{name}, {loss:.0f} dB HL", level,
                       [acoustic.tone_out(model, name, 4000.0, one) for one in level]))
    return svg.diagram("Recruitment: a tone of 4 kHz", "level in, dB SPL", "level out, dB SPL", curves,
                       y_range=(-40, 110))


def filters():
    """The auditory filter at 1 kHz, and what stands for it with a loss."""
    hz = np.linspace(200, 4000, 400)
    curves = []
    for degree, (lower, upper) in {"normal": (1.0, 1.0), **smearing.DEGREES}.items():
        pg = 4 * np.abs(hz - 1000) / (smearing.erb_hz(1000) * np.where(hz < 1000, lower, upper))
        name = degree if degree == "normal" else f"{degree} {lower}/{upper}"
        curves.append((name, hz, 10 * np.log10((1 + pg) * np.exp(-pg))))
    return svg.diagram("Widened filters: the ear's filter at 1 kHz", "frequency, Hz", "gain, dB", curves,
                       y_range=(-50, 3))


def vowel():
    """What is left of a vowel's formants."""
    sound = smearing.vowel()
    curves = [("normal", smearing.CENTRES_HZ, smearing.levels_db(sound))]
    for degree, (lower, upper) in smearing.DEGREES.items():
        matrix = smearing.smearing_matrix(lower, upper)
        levels = smearing.levels_db(smearing.smear(sound, matrix, 1.0))
        curves.append((f"{degree} {lower}/{upper}", smearing.CENTRES_HZ, levels))
    top = max(curves[0][2])
    curves = [(name, xs[9:], ys[9:]) for name, xs, ys in curves]  # from 177 Hz on
    return svg.diagram("Widened filters: a vowel of 120 Hz", "frequency, Hz",
                       "level in 1/6 octaves, dB", curves, y_range=(top - 60, top + 6))


def places():
    """Where the channels of the first day's implant lie, and where their carriers sound."""
    day1 = dict(channels=16, low=200.0, high=7000.0)
    analysis, _, own = implant.edges(day1)
    _, _, moved = implant.edges(day1 | dict(shift=4.0))
    number = np.arange(1, 17)
    edges_x = np.repeat(np.arange(0.5, 17.0), 2)[1:-1]
    edges_y = np.repeat((analysis[1:] * analysis[:-1]) ** 0.5, 2)
    return svg.diagram("Implant: 16 channels, and carriers 4 mm towards the base", "channel",
                       "frequency, kHz",
                       [("middle of the channel", edges_x, edges_y / 1000),
                        ("carrier, not moved", number, own / 1000),
                        ("carrier, 4 mm", number, moved / 1000)], dashed=("carrier, not moved",))


def spread():
    """Shares of one electrode's power over SPIRAL's carriers."""
    hz = np.geomspace(120, 9000, 300)
    curves = []
    for slope in (-8.0, -24.0):
        shares = 10 ** (slope / 10 * np.abs(np.log2(hz / 1000.0)))
        curves.append((f"{slope:g} dB an octave".replace("-", "\u2212"), hz, 10 * np.log10(shares)))
    return svg.diagram("Implant: spread of current from an electrode at 1 kHz", "carrier, Hz",
                       "power, dB", curves, y_range=(-60, 3))


def inhibition():
    """Tinnitus after a loud sound."""
    t = np.arange(0.0, 60.5, 0.5)
    curves = []
    for masker in (10, 20, 30, 60):
        depth = np.clip(np.log(masker / 10) / np.log(6), 0, 1)
        curves.append((f"after {masker} s", t, 1 - depth * np.exp(-t / 15)))
    return svg.diagram("Residual inhibition: tinnitus after a sound that masked it",
                       "time since its end, s", "share of the amplitude", curves, y_range=(0, 1.05))


def fades():
    """Curves of transitions, and the gains that keep the power."""
    u = np.linspace(0, 1, 101)
    quintic = u ** 3 * (u * (6 * u - 15) + 10)
    slope = svg.diagram("A transition's way from 0 to 1", "time, share of the fade", "share of the target",
                        [("quintic", u, quintic), ("linear", u, u)])
    curves = []
    for rho in (0.0, 0.5, 1.0):
        k = 1 / np.sqrt((1 - u) ** 2 + u ** 2 + 2 * rho * u * (1 - u))
        curves.append((f"correlation {rho:g}", u, k * u))
    law = svg.diagram("Crossfade: gain of the new sound", "share of the target", "gain", curves)
    return slope, law


def main(folder):
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    slope, law = fades()
    for name, text in {"bank": bank(), "recruitment": recruitment(), "smearing-filters": filters(),
                       "smearing-vowel": vowel(), "implant-places": places(),
                       "implant-spread": spread(), "tinnitus-inhibition": inhibition(),
                       "fade-curves": slope, "crossfade-law": law}.items():
        (out / f"{name}.svg").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else ROOT / "docs/figures")
