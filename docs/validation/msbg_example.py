#!/usr/bin/env python3
"""Tones in dB SPL through earshot-render, and what comes out, beside the law: the tables of msbg-example.md.

usage: docs/validation/msbg_example.py [EARSHOT_RENDER] [FOLDER]

  EARSHOT_RENDER  the program (default: build/release/bin/earshot-render)
  FOLDER          where tones.wav, the state files and what comes out go (default: a temporary one)
Needs NumPy. Exit: 0 every audible point of the first table within 1 dB of the law, 1 not so, 2 wrong usage.
"""
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

RATE = 48_000
CALIBRATION = 120.0  # dB SPL of rms 1.0
FREQUENCIES = {500: 35.0, 1000: 40.0, 2000: 50.0, 4000: 60.0}  # Hz: hearing level of N3 there, dB HL
LEVELS = range(40, 101, 10)  # dB SPL
TONE = RATE  # frames of a tone
GAP = RATE // 2
CATCH_UP = 105.0

STATE = """inherits = "full"
label = "N3, as another program has it"
cochlear_reference = {cochlear}
offset_db = {offset}

[both]
path = "acoustic"
sensory = "N3"
sensory_axis = "linear"
smearing = "none"
recruitment = {{ catch_up_db = {catch_up} }}
tinnitus = {{ kind = "off" }}
"""
STATES = {
    "n3-law": STATE.format(cochlear="false", offset=0, catch_up=CATCH_UP),
    "n3-cochlea": STATE.format(cochlear="true", offset=-0.7, catch_up=107.7),
}


def write_wav(path: Path, sound: np.ndarray) -> None:
    """Mono, 32-bit float."""
    body = sound.astype("<f4").tobytes()
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(body), b"WAVE", b"fmt ", 16, 3, 1, RATE,
                       RATE * 4, 4, 32, b"data", len(body))
    path.write_bytes(head + body)


def read_wav(path: Path) -> np.ndarray:
    """Shape [frames][channels], 32-bit float."""
    data = path.read_bytes()
    at, channels = 12, 0
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        if name == b"fmt ":
            channels = struct.unpack_from("<H", data, at + 10)[0]
        if name == b"data":
            return np.frombuffer(data, "<f4", size // 4, at + 8).reshape(-1, channels).astype(float)
        at += 8 + size + size % 2
    raise ValueError(f"{path} holds no sound")


def cases() -> list[tuple[int, int]]:
    return [(hz, level) for hz in FREQUENCIES for level in LEVELS]


def tones() -> np.ndarray:
    """Every tone by itself, faded over 50 ms, with a pause behind it."""
    fade = np.minimum(1.0, np.arange(TONE) / (0.05 * RATE))
    fade = np.sin(0.5 * np.pi * fade) ** 2
    fade *= fade[::-1]
    pieces = []
    for hz, level in cases():
        rms = 10.0 ** ((level - CALIBRATION) / 20.0)
        tone = np.sqrt(2.0) * rms * np.sin(2.0 * np.pi * hz * np.arange(TONE) / RATE)
        pieces += [tone * fade, np.zeros(GAP)]
    return np.concatenate(pieces)


def levels(sound: np.ndarray) -> list[float]:
    """dB SPL of the middle half of each tone, left ear."""
    found = []
    for n in range(len(cases())):
        first = n * (TONE + GAP) + TONE // 4
        rms = np.sqrt(np.mean(sound[first:first + TONE // 2, 0] ** 2))
        found.append(CALIBRATION + 20.0 * np.log10(max(rms, 1e-12)))
    return found


def law(level: float, loss: float) -> float:
    """Moore & Glasberg 1993: a tone at the loss comes out at 0 dB SPL, one at the catch-up as it is."""
    ratio = CATCH_UP / (CATCH_UP - loss)
    return level + (ratio - 1.0) * min(level - CATCH_UP, 0.0)


def render(program: str, folder: Path, name: str) -> list[float]:
    (folder / f"{name}.toml").write_text(STATES[name])
    subprocess.run([program, "--in", folder / "tones.wav", "--state-file", folder / f"{name}.toml", "--out",
                    folder / f"{name}.wav", "--float", "--no-limiter", "--calibration-db",
                    str(CALIBRATION)], check=True, stdout=subprocess.DEVNULL)
    return levels(read_wav(folder / f"{name}.wav"))


def table(program: str, folder: Path) -> bool:
    write_wav(folder / "tones.wav", tones())
    plain = render(program, folder, "n3-law")
    cochlea = render(program, folder, "n3-cochlea")
    print("| tone | in, dB SPL | law | out | difference | out, `n3-cochlea` |\n|---|---|---|---|---|---|")
    worst = 0.0
    for (hz, level), out, other in zip(cases(), plain, cochlea):
        expected = round(law(level, FREQUENCIES[hz]), 6) + 0.0  # no minus zero
        audible = expected > -0.05  # 0 dB SPL, rounded
        worst = max(worst, abs(out - expected) if audible else 0.0)
        print(f"| {hz} Hz | {level} | {expected:.1f} | {out:.1f} | "
              f"{f'{out - expected:+.1f}' if audible else 'not heard'} | {other:.1f} |")
    print(f"\nLargest difference where the law gives 0 dB SPL or more: {worst:.2f} dB")
    return worst <= 1.0


def main() -> int:
    if len(sys.argv) > 3 or any(word.startswith("-") for word in sys.argv[1:]):
        print(__doc__, file=sys.stderr)
        return 2
    program = sys.argv[1] if len(sys.argv) > 1 else "build/release/bin/earshot-render"
    if len(sys.argv) > 2:
        Path(sys.argv[2]).mkdir(parents=True, exist_ok=True)
        return 0 if table(program, Path(sys.argv[2])) else 1
    with tempfile.TemporaryDirectory() as folder:
        return 0 if table(program, Path(folder)) else 1


sys.exit(main())
