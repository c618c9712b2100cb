#!/usr/bin/env python3
"""The acoustic engine's bank and recruitment in double precision, straight from the equations.

Filters by their closed impulse response and the FFT, not by recursion; tones by the filters' transfer
functions. Sources: Hohmann, Acustica 88, 2002 (bank); Glasberg & Moore, Hear. Res. 47, 1990 (ERB, Cam);
Moore & Glasberg, J. Acoust. Soc. Am. 94(4), 1993 (law); HEARING 1.3, 1.4 (figures of this bank).

usage: acoustic_model.py OUT_DIR
"""
import json
import sys
from pathlib import Path

import numpy as np

FS = 48_000
BANDS = 55
DELAY = 384
STEP = 16
C = 100.0

STANDARD_HZ = [250, 375, 500, 750, 1000, 1500, 2000, 3000, 4000, 6000]
AUDIOGRAMS = {  # dB HL; Bisgaard, Vlaming & Dahlquist 2010, and flat ones
    "F20": [20] * 10, "F40": [40] * 10, "F60": [60] * 10, "F80": [80] * 10, "F110": [110] * 10,
    "N3": [35, 35, 35, 35, 40, 45, 50, 55, 60, 65],
    "S1": [10, 10, 10, 10, 10, 10, 15, 30, 55, 70],
}


def erb(hz):
    return 24.7 * (4.37 * hz / 1000 + 1)


def cam(hz):
    return 21.4 * np.log10(4.37 * hz / 1000 + 1)


class Bank:
    """Bands, delays, phases and weights."""

    def __init__(self):
        cams = cam(20.0) + 0.75 * np.arange(BANDS)
        self.hz = (10 ** (cams / 21.4) - 1) / 4.37 * 1000
        self.w = 2 * np.pi * self.hz / FS
        self.r = np.exp(-2 * np.pi * 1.019 * 1.25 * erb(self.hz) / FS)
        n = np.arange(8192)
        self.n = n
        # [(1 - r) / (1 - p z^-1)]^4 has the impulse response (1 - r)^4 C(n + 3, 3) p^n.
        envelope = (n + 1) * (n + 2) * (n + 3) / 6 * self.r[:, None] ** n
        self.impulse = (1 - self.r[:, None]) ** 4 * envelope * np.exp(1j * self.w[:, None] * n)
        self.tau = np.minimum(np.argmax(envelope, axis=1), DELAY)
        self.delay = DELAY - self.tau
        self.phase = self.w * self.tau
        self.weight = np.ones(BANDS)
        at_centres = self.aligned(self.w)
        for _ in range(100):
            self.weight = self.weight / abs(at_centres @ self.weight)

    def transfer(self, w):
        """[frequencies][bands] of the filters, at angular frequencies (per sample) of either sign."""
        p = self.r * np.exp(1j * self.w)
        return ((1 - self.r) / (1 - p * np.exp(-1j * np.asarray(w)[:, None]))) ** 4

    def aligned(self, w):
        """[frequencies][bands]: what each band's real part brings to the sum, before the weights."""
        w = np.asarray(w)
        late = np.exp(-1j * w[:, None] * self.delay)
        turn = np.exp(-1j * self.phase)
        return late * (turn * self.transfer(w) + np.conj(turn * self.transfer(-w)))


def hearing_level(name, hz):
    return np.interp(np.log(hz), np.log(STANDARD_HZ), AUDIOGRAMS[name])


def gains_db(hl, level):
    catch_up = np.maximum(105.0, hl + 20.0)
    slope = catch_up / (catch_up - hl)
    return np.maximum(np.where(level < catch_up, (slope - 1) * (level - catch_up), 0.0), -120.0)


def levels(envelopes):
    """dB SPL from [.., bands] of smoothed envelopes."""
    squares = envelopes ** 2
    total = squares.copy()
    total[..., 1:] += squares[..., :-1]
    total[..., :-1] += squares[..., 1:]
    return C + 10 * np.log10(0.5 * total + 1e-30) - 1.2


def tone_out(bank, name, hz, level):
    """dB SPL of a steady tone after the engine; the ripple of low bands' envelopes is left out."""
    w = [2 * np.pi * hz / FS]
    amplitude = np.sqrt(2) * 10 ** ((level - C) / 20)
    gains = gains_db(hearing_level(name, bank.hz), levels(amplitude * abs(bank.transfer(w))[0]))
    return level + 20 * np.log10(abs(bank.aligned(w)[0] @ (bank.weight * 10 ** (gains / 20))))


def render(bank, name, x):
    """The engine's output for a whole sound that begins at position 0."""
    size = 1 << int(np.ceil(np.log2(len(x) + bank.impulse.shape[1])))
    spectrum = np.fft.fft(x, size)
    z = 2 * np.fft.ifft(spectrum * np.fft.fft(bank.impulse, size), axis=1)[:, :len(x)]
    share = 1 - np.exp(-2 * np.pi * 0.75 * np.minimum(100.0, erb(bank.hz)) / FS)
    hl = hearing_level(name, bank.hz)
    smoothed = np.zeros(BANDS)
    grid = []  # gains that count from each multiple of STEP on
    for n in range(len(x)):
        if n % STEP == 0:
            grid.append(10 ** (gains_db(hl, levels(smoothed)) / 20))
        smoothed = smoothed + share * (abs(z[:, n]) - smoothed)
    # Decided at the start of a step, a gain is reached at its end.
    at = np.arange(len(x))
    reached = np.array([grid[0]] + grid)
    t = (at % STEP / STEP)[:, None]
    gain = (1 - t) * reached[at // STEP] + t * reached[at // STEP + 1]
    y = np.zeros(len(x))
    for k in range(BANDS):
        part = np.real(z[k] * np.exp(-1j * bank.phase[k])) * bank.weight[k]
        late = np.concatenate([np.zeros(bank.delay[k]), part])[:len(x)]
        y += gain[:, k] * late
    return y


def drum_and_noise(frames):
    """A kick, a noise burst and a quiet tone under them."""
    n = np.arange(frames)
    random = np.random.RandomState(20)
    kick = 0.6 * np.exp(-n / 1500) * np.sin(2 * np.pi * 60 * n / FS)
    hit = np.where(n > 2400, np.exp(-np.maximum(n - 2400, 0) / 400), 0.0)
    burst = 0.3 * hit * random.uniform(-1, 1, frames)
    return kick + burst + 0.02 * np.sin(2 * np.pi * 1000 * n / FS)


def main(out_dir):
    out = Path(out_dir)
    out.mkdir(parents=True, exist_ok=True)
    bank = Bank()

    tones = []
    for index, name in enumerate(AUDIOGRAMS):
        for hz in (250, 1000, 3000, 6000):
            for level in (60, 80, 100):
                tones.append([index, hz, level, tone_out(bank, name, hz, level)])
    np.array(tones, "<f4").tofile(out / "acoustic_tones.f32")

    sound = drum_and_noise(6144).astype("<f4")
    sound.tofile(out / "acoustic_in.f32")
    for name in ("N3", "S1"):
        render(bank, name, sound.astype(float)).astype("<f4").tofile(out / f"acoustic_{name}.f32")

    described = {
        "made_by": "tests/golden/acoustic_model.py",
        "format": "little-endian float32, 48 kHz, full scale 1.0 = 100 dB SPL rms",
        "acoustic_in.f32": "mono, 6144 frames from programme position 0",
        "acoustic_N3.f32": "the engine's output for it, audiogram N3, latency included",
        "acoustic_S1.f32": "the same with audiogram S1",
        "acoustic_tones.f32": "rows of 4: audiogram, Hz, level in, level out (dB SPL)",
        "audiograms": list(AUDIOGRAMS),
    }
    (out / "acoustic.json").write_text(json.dumps(described, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "acoustic")
