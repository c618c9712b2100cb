"""Spectral smearing in double precision, and the golden files that the C++ is compared with.

Written from the papers, without a look at the C++:
  Baer & Moore, J. Acoust. Soc. Am. 94(3), 1993, 1229-1241 (smearing by broadened filters);
  Baer & Moore, J. Acoust. Soc. Am. 95(4), 1994, 2277-2280 (asymmetrical broadening);
  Glasberg & Moore, Hearing Research 47, 1990, 103-138 (bandwidths of normal filters).

usage: smearing_model.py [FOLDER]   writes FOLDER/smearing/ (default: the folder of this file)
"""
import json
import sys
from pathlib import Path

import numpy as np

RATE_HZ = 48_000
FRAME, FFT, HOP = 256, 512, 64
BINS = FFT // 2 + 1
EXTENDED_BINS = FFT // 2 * 3 // 2 + 1  # to 1.5 times half the sample rate

DEGREES = {"mild": (1.6, 1.1), "moderate": (2.4, 1.6), "severe": (4.0, 2.0)}
CASES = [("mild", 1.0), ("moderate", 1.0), ("severe", 1.0), ("moderate", 0.5)]
# Off the multiples of 187.5 Hz, where half of the bins of a tone are empty and have the phase of
# rounding.
TONES_HZ = [250, 700, 1000, 1530, 2930, 4000, 7000, 10_000, 12_100]
ROWS = [4, 32, 64, 128, 200]

FRAMES = 24_576
MEASURED = 16_384  # the last of them
CENTRES_HZ = 1000.0 * 2.0 ** (np.arange(-24, 25) / 6.0)


def erb_hz(f_hz):
    """Equivalent rectangular bandwidth of a normal auditory filter."""
    return 24.7 * (4.37 * f_hz / 1000.0 + 1.0)


def auditory_filters(lower, upper, columns):
    """Rounded-exponential filters, one row for each bin: W(g) = (1 + p g) exp(-p g).

    Rows are divided by the bandwidth, so that excitation does not rise with frequency.
    """
    centre = np.arange(BINS)[:, None] * RATE_HZ / FFT
    f = np.arange(columns)[None, :] * RATE_HZ / FFT
    broadening = np.where(f < centre, lower, upper)
    # p g with p = 4 fc / (ERB r) and g = |f - fc| / fc, so that fc = 0 needs no exception.
    pg = 4.0 * np.abs(f - centre) / (erb_hz(centre) * broadening)
    return (1.0 + pg) * np.exp(-pg) / (erb_hz(centre) * (lower + upper) / 2.0)


def smearing_matrix(lower, upper):
    """S with A_N S = A_W; A_N reads bins up to 1.5 Nyquist, the shortest solution is taken."""
    normal = auditory_filters(1.0, 1.0, EXTENDED_BINS)
    widened = auditory_filters(lower, upper, BINS)
    solution, _, rank, _ = np.linalg.lstsq(normal, widened, rcond=None)
    assert rank == BINS
    return solution[:BINS]


def smear(x, matrix, amount):
    """The sound smeared, on its own time: no latency."""
    window = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(FRAME) / FRAME)
    window /= np.sqrt(1.5)  # squared, a quarter apart, they sum to 1
    padded = np.concatenate([np.zeros(FRAME), x, np.zeros(FRAME)])
    out = np.zeros(len(padded))
    for start in range(0, len(padded) - FRAME + 1, HOP):
        spectrum = np.fft.rfft(window * padded[start:start + FRAME], FFT)
        power = np.abs(spectrum) ** 2
        smeared = (1.0 - amount) * power + amount * np.maximum(matrix @ power, 0.0)
        changed = np.sqrt(smeared) * np.exp(1j * np.angle(spectrum))
        out[start:start + FRAME] += window * np.fft.irfft(changed, FFT)[:FRAME]
    return out[FRAME:FRAME + len(x)]


def tone(f_hz):
    return 0.1 * np.sin(2.0 * np.pi * f_hz * np.arange(FRAMES) / RATE_HZ)


def vowel():
    """Harmonics of 120 Hz behind four resonances, of scattered phase."""
    n = np.arange(FRAMES)
    x = np.zeros(FRAMES)
    for h in range(1, 60):
        f = 120.0 * h
        amplitude = 0.01 / np.sqrt(h)
        for formant, width in ((700.0, 90.0), (1200.0, 110.0), (2500.0, 160.0), (3500.0, 200.0)):
            amplitude /= np.hypot(1.0 - (f / formant) ** 2, f * width / formant ** 2)
        x += amplitude * np.sin(2.0 * np.pi * f * n / RATE_HZ + 1.7 * h * h)
    return x


def levels_db(y):
    """Levels in 1/6 octaves of the last MEASURED samples, dB re a full-scale sine."""
    window = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(MEASURED) / MEASURED)
    power = np.abs(np.fft.rfft(window * y[-MEASURED:])) ** 2 / (1.5 * MEASURED ** 2 / 16.0)
    f = np.arange(len(power)) * RATE_HZ / MEASURED
    edge = 2.0 ** (1.0 / 12.0)
    bands = [power[(f >= c / edge) & (f < c * edge)].sum() for c in CENTRES_HZ]
    return 10.0 * np.log10(np.maximum(bands, 1e-20))


def main(out_dir):
    folder = Path(out_dir) / "smearing"
    folder.mkdir(parents=True, exist_ok=True)
    matrices = {name: smearing_matrix(*pair) for name, pair in DEGREES.items()}
    sounds = {f"tone {f} Hz": tone(f) for f in TONES_HZ} | {"vowel": vowel()}

    # Nothing in, nothing out: without smearing the model gives its input.
    assert np.abs(smear(sounds["vowel"], np.eye(BINS), 1.0) - sounds["vowel"]).max() < 1e-12

    levels = np.array([[levels_db(x) for x in sounds.values()]]
                      + [[levels_db(smear(x, matrices[degree], amount)) for x in sounds.values()]
                         for degree, amount in CASES])
    rows = np.array([matrices[degree][ROWS] for degree in DEGREES])
    levels.astype("<f4").tofile(folder / "levels.f32")
    rows.astype("<f4").tofile(folder / "rows.f32")
    description = {
        "made by": "tests/golden/smearing_model.py",
        "levels.f32": {
            "what": "levels in 1/6 octaves, dB re a full-scale sine, little-endian float32",
            "shape": list(levels.shape),
            "axis 0": ["input"] + [f"{degree}, amount {amount}" for degree, amount in CASES],
            "axis 1": list(sounds),
            "axis 2": "centre 1000 * 2^(k/6) Hz, k = -24 to 24",
        },
        "rows.f32": {
            "what": "rows of smearing matrices, little-endian float32",
            "shape": list(rows.shape),
            "axis 0": [f"{degree}: {low}/{up}" for degree, (low, up) in DEGREES.items()],
            "axis 1": ROWS,
            "axis 2": f"bin of {RATE_HZ / FFT} Hz",
        },
    }
    (folder / "smearing.json").write_text(json.dumps(description, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent)
