#!/usr/bin/env python3
"""Makes all golden files anew from the models beside this file, and says which changed.

usage: regenerate.py [--check] [--program FILE] [NAME...]

  --check         writes nothing; fails if a file is missing, or differs by more than its tolerance
  --program FILE  what makes the one NAME that is sync or player (default: of build/dev/bin)
  NAME            only these folders: acoustic, implant, smearing, tinnitus, wire, sync, player
                  (default: all)

Needs NumPy (Debian: python3-numpy), but for wire, sync and player. Exit: 0 as it was, or written; 1 --check
found a difference, or a program failed; 2 wrong usage; 77 NumPy or the program is missing.
"""
import argparse
import importlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))

# Each model's main() writes below the folder it is given: into it, or into a folder of its name.
WRITES_INTO_ITS_OWN = {"implant": True, "smearing": True, "acoustic": False, "tinnitus": False}
# Another processor or NumPy rounds otherwise: of the largest number of a file.
TOLERANCE = 1e-6
# Another C library may round simulated time stamps otherwise, in ns.
SYNC_SLACK_NS = 2
# What the browser's client is held to, C++ itself makes.
PROGRAMS = HERE.parent.parent / "build/dev/bin"
MADE_BY = {"sync": "earshot-sync-vectors", "player": "earshot-player-vectors"}


def difference(old: bytes, new: bytes) -> float:
    """Largest difference of two files of float32, as a share of the largest number in them."""
    import numpy as np
    if len(old) != len(new):
        return float("inf")
    a = np.frombuffer(old, "<f4").astype(float)
    b = np.frombuffer(new, "<f4").astype(float)
    if not np.isfinite(b).all():
        return float("inf")
    return float(abs(a - b).max() / max(abs(b).max(), 1e-30))


def alike(old, new, slack: int) -> bool:
    """Whether two JSON values say the same; whole numbers may differ by slack, others by TOLERANCE."""
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(alike(old[key], new[key], slack) for key in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(alike(a, b, slack) for a, b in zip(old, new))
    if slack and isinstance(old, (int, float)) and isinstance(new, (int, float)):
        whole = isinstance(old, int) and isinstance(new, int)
        return abs(old - new) <= (slack if whole else TOLERANCE * max(abs(old), abs(new)))
    return old == new


def verdict(old: Path, new: Path) -> str:
    """"" if the files count as equal; else in what they differ."""
    if not old.exists():
        return "new"
    if old.read_bytes() == new.read_bytes():
        return ""
    if new.suffix == ".f32":
        off = difference(old.read_bytes(), new.read_bytes())
        return "" if off <= TOLERANCE else f"differs by {off:.1e} of its largest number"
    slack = SYNC_SLACK_NS if new.parent.name == "sync" else 0
    if new.suffix == ".json" and alike(json.loads(old.read_text()), json.loads(new.read_text()), slack):
        return ""
    return "differs"


def remake(name: str, folder: Path, program: Path) -> Path:
    """Runs a model, or a program of ours; the folder with what it wrote."""
    made = folder / name
    if name in MADE_BY:
        made.mkdir()
        subprocess.run([program, made], check=True)
        return made
    target = folder if WRITES_INTO_ITS_OWN[name] else made
    importlib.import_module(f"{name}_model").main(target)
    return made


def missing(name: str, program: Path) -> str:
    """What a folder cannot be made without, and is not there; else ""."""
    if name in MADE_BY:
        return "" if program.is_file() else f"{program} is missing: build {MADE_BY[name]}"
    try:
        import numpy  # noqa: F401
    except ImportError:
        return "NumPy is missing (Debian: python3-numpy)"
    return ""


def compare(name: str, made: Path, check: bool) -> int:
    """Says what changed, and copies it unless told to check only. Number of differences."""
    changed = 0
    kept = HERE / name
    if not check:
        kept.mkdir(exist_ok=True)
    for new in sorted(made.iterdir()):
        what = verdict(kept / new.name, new)
        if what:
            changed += 1
            print(f"{name}/{new.name}: {what}")
            if not check:
                shutil.copyfile(new, kept / new.name)
    for old in sorted(kept.glob("*")):
        if not (made / old.name).exists():
            changed += 1
            print(f"{name}/{old.name}: no model makes it")
            if not check:
                old.unlink()
    return changed


def wire(check: bool) -> int:
    command = [sys.executable, str(HERE / "wire/regenerate.py")] + (["--check"] if check else [])
    same = subprocess.run(command, check=False).returncode == 0
    print("wire: " + (("as it was" if same else "differs") if check else "made"))
    return 0 if same else 1


def main() -> int:
    names = [*WRITES_INTO_ITS_OWN, "wire", *MADE_BY]
    parser = argparse.ArgumentParser(prog="regenerate.py", description="Makes the golden files.")
    parser.add_argument("--check", action="store_true", help="write nothing, fail on a difference")
    parser.add_argument("--program", type=Path, metavar="FILE",
                        help="what makes the one NAME that is given: sync or player")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names))
    options = parser.parse_args()
    wanted = options.names or names
    if options.program and (len(wanted) != 1 or wanted[0] not in MADE_BY):
        parser.error("--program makes one folder: sync or player")
    for name in wanted:
        if name not in names:
            parser.error(f"there is no folder '{name}'; there are {', '.join(names)}")
    changed = 0
    for name in wanted:
        if name == "wire":
            changed += wire(options.check)
            continue
        program = options.program or PROGRAMS / MADE_BY.get(name, "")
        lacks = missing(name, program)
        if lacks:
            print(f"regenerate.py: {lacks}", file=sys.stderr)
            return 77
        with tempfile.TemporaryDirectory() as folder:
            try:
                made = remake(name, Path(folder), program)
            except subprocess.CalledProcessError as error:
                print(f"regenerate.py: {error}", file=sys.stderr)
                return 1
            found = compare(name, made, options.check)
        print(f"{name}: {'as it was' if found == 0 else f'{found} changed'}")
        changed += found
    return 1 if options.check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
