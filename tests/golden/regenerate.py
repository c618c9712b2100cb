#!/usr/bin/env python3
"""Makes all golden files anew from the models beside this file, and says which changed.

usage: regenerate.py [--check] [NAME...]

  --check  writes nothing; fails if a file is missing, or differs by more than its tolerance
  NAME     only these folders: acoustic, implant, smearing, tinnitus, wire (default: all)

Needs NumPy (Debian: python3-numpy), but for wire. Exit: 0 as it was, or written; 1 --check found a
difference; 2 wrong usage; 77 NumPy is missing.
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


def verdict(old: Path, new: Path) -> str:
    """"" if the files count as equal; else in what they differ."""
    if not old.exists():
        return "new"
    if old.read_bytes() == new.read_bytes():
        return ""
    if new.suffix == ".f32":
        off = difference(old.read_bytes(), new.read_bytes())
        return "" if off <= TOLERANCE else f"differs by {off:.1e} of its largest number"
    if new.suffix == ".json" and json.loads(old.read_text()) == json.loads(new.read_text()):
        return ""
    return "differs"


def remake(name: str, folder: Path) -> Path:
    """Runs a model; the folder with what it wrote."""
    made = folder / name
    target = folder if WRITES_INTO_ITS_OWN[name] else made
    importlib.import_module(f"{name}_model").main(target)
    return made


def compare(name: str, made: Path, check: bool) -> int:
    """Says what changed, and copies it unless told to check only. Number of differences."""
    changed = 0
    kept = HERE / name
    for new in sorted(made.iterdir()):
        what = verdict(kept / new.name, new)
        if what:
            changed += 1
            print(f"{name}/{new.name}: {what}")
            if not check:
                kept.mkdir(exist_ok=True)
                shutil.copyfile(new, kept / new.name)
    for old in sorted(kept.iterdir()):
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
    names = [*WRITES_INTO_ITS_OWN, "wire"]
    parser = argparse.ArgumentParser(prog="regenerate.py", description="Makes the golden files.")
    parser.add_argument("--check", action="store_true", help="write nothing, fail on a difference")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names))
    options = parser.parse_args()
    wanted = options.names or names
    for name in wanted:
        if name not in names:
            parser.error(f"there is no folder '{name}'; there are {', '.join(names)}")
    changed = 0
    for name in wanted:
        if name == "wire":
            changed += wire(options.check)
            continue
        try:
            import numpy  # noqa: F401
        except ImportError:
            print("regenerate.py: NumPy is missing (Debian: python3-numpy)", file=sys.stderr)
            return 77
        with tempfile.TemporaryDirectory() as folder:
            found = compare(name, remake(name, Path(folder)), options.check)
        print(f"{name}: {'as it was' if found == 0 else f'{found} changed'}")
        changed += found
    return 1 if options.check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
