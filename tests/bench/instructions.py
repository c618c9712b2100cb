#!/usr/bin/env python3
"""Counts the instructions that each block of the hearing engine, and a listener, needs for a second of
sound.

usage: instructions.py [--record] PROGRAM

  PROGRAM   bench_instructions, of preset release
  --record  write instructions.txt anew instead of comparing with it
What needs over 5 % more than instructions.txt says fails; what needs over 5 % less is named, to be
recorded. A listener may need 90 million and no more, whatever is recorded. Needs valgrind and the compiler that the record was made with.
Exit: 0 within the limits, or recorded; 1 over a limit; 2 wrong usage; 77 cannot be run here.
"""
import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

RECORD = Path(__file__).resolve().parent / "instructions.txt"
LIMIT = 1.05
# Whatever is recorded: 6 % of a core of 1.5 GHz, at one instruction a cycle.
MOST = {"listener": 90_000_000}
MEASURED_PER_SECOND = 10  # a tenth of a second is counted
FUNCTION = "earshot_measured"


def compiler():
    if not shutil.which("g++"):
        return "none"
    lines = subprocess.run(["g++", "--version"], capture_output=True, text=True).stdout.splitlines()
    return lines[0] if lines else "none"


def count(program):
    """Instructions for a second of sound by name."""
    with tempfile.TemporaryDirectory() as folder:
        result = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out",
             f"--toggle-collect={FUNCTION}", f"--dump-after={FUNCTION}", program],
            capture_output=True, text=True)
        if result.returncode != 0:
            print(f"instructions.py: valgrind fails:\n{result.stderr[-1500:]}", file=sys.stderr)
            sys.exit(1)
        names = result.stdout.split()
        counts = {}
        # out.1 is the first dump; "out" itself, at the end, holds nothing more.
        for number, name in enumerate(names, 1):
            text = (Path(folder) / f"out.{number}").read_text()
            counts[name] = int(re.search(r"^(?:totals|summary): (\d+)", text, re.M)[1]) * MEASURED_PER_SECOND
    return counts


def recorded():
    lines = RECORD.read_text().splitlines()
    made_with = next(line for line in lines if line.startswith("# compiler: ")).split(": ", 1)[1]
    rows = (line.split() for line in lines if line and not line.startswith("#"))
    return made_with, {name: int(value) for name, value in rows}


def record(counts):
    head = ["# Instructions for a second of stereo sound, by callgrind. Made by instructions.py --record.",
            f"# compiler: {compiler()}"]
    RECORD.write_text("\n".join(head + [f"{name} {value}" for name, value in counts.items()]) + "\n")
    print(f"instructions.py: recorded {len(counts)} blocks")


def compare(counts, limits):
    passed = failed = 0
    for name, value in counts.items():
        limit = limits.get(name)
        if limit is None:
            verdict = "NEW, not recorded"
        elif value > limit * LIMIT:
            verdict = f"FAILED, {100 * (value / limit - 1):+.1f} %"
        else:
            verdict = f"{100 * (value / limit - 1):+.1f} %"
            verdict += ", to be recorded" if value * LIMIT < limit else ""
        good = limit is not None and value <= limit * LIMIT
        if value > MOST.get(name, value):
            good, verdict = False, f"FAILED, over {MOST[name] / 1e6:.0f} million"
        passed, failed = passed + good, failed + (not good)
        print(f"{name:24} {value / 1e6:8.1f} million  {verdict}")
    for name in limits.keys() - counts.keys():
        failed += 1
        print(f"{name:24} {'':8} gone, FAILED")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(prog="instructions.py", description="Counts instructions.")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("program", metavar="PROGRAM")
    options = parser.parse_args()
    if not shutil.which("valgrind"):
        print("instructions.py: NOT RUN: valgrind is not installed (deploy/install-deps --test)")
        return 77
    if options.record:
        record(count(options.program))
        return 0
    made_with, limits = recorded()
    if made_with != compiler():
        print(f"instructions.py: NOT RUN: recorded with {made_with}, this is {compiler()}")
        return 77
    return compare(count(options.program), limits)


if __name__ == "__main__":
    sys.exit(main())
