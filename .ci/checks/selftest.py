"""Shows that every check can fail: plants one violation of each kind in a copy of the tree."""
import os
import shutil
import tempfile
from pathlib import Path
from typing import Callable

from tree import IGNORED_FOLDERS, Finding, Tree


def _plant(root: Path, path: str, text: str) -> str:
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
    return path


def _append(root: Path, path: str, text: str) -> str:
    with (root / path).open("a") as file:
        file.write(text)
    return path


# check's name -> ways to break it; each returns the file that must be complained about.
VIOLATIONS: dict[str, list[Callable[[Path], str]]] = {
    "include rules": [
        # A stage includes its sibling.
        lambda r: (_plant(r, "server/render/neighbour.hpp", "#pragma once\n"),
                   _plant(r, "server/stream/planted.hpp",
                          '#pragma once\n\n#include "server/render/neighbour.hpp"\n'))[1],
        # Server and client meet.
        lambda r: _plant(r, "server/ops/planted.hpp", '#pragma once\n\n#include "client/core/player.hpp"\n'),
        # The signal processing knows the wire.
        lambda r: _plant(r, "common/dsp/planted.hpp", '#pragma once\n\n#include "common/wire/packet.hpp"\n'),
        # Beast where it may not be.
        lambda r: _plant(r, "server/control/planted.cpp", "#include <boost/beast/http.hpp>\n"),
        # A device library in a header.
        lambda r: _plant(r, "client/sink/planted.hpp", "#pragma once\n\n#include <alsa/asoundlib.h>\n"),
        # Messages in a header.
        lambda r: _plant(r, "server/session/planted.hpp",
                         '#pragma once\n\n#include "earshot/v1/session.pb.h"\n'),
        # Not from the root; not there; a library nobody has heard of; a folder that is no module.
        lambda r: _plant(r, "common/rt/planted.hpp", '#pragma once\n\n#include "spsc_ring.hpp"\n'),
        lambda r: _plant(r, "common/rt/planted.hpp", '#pragma once\n\n#include "common/base/nothing.hpp"\n'),
        lambda r: _plant(r, "common/rt/planted.hpp", "#pragma once\n\n#include <folly/Range.h>\n"),
        lambda r: _plant(r, "common/util/planted.hpp", "#pragma once\n"),
    ],
    "file length": [lambda r: _plant(r, "common/base/planted.hpp", "#pragma once\n" + "//\n" * 600)],
    "line width": [
        lambda r: _plant(r, "common/base/planted.hpp", "#pragma once\n\n// " + "x " * 60 + "x\n"),
        lambda r: _plant(r, "client/web/shared/planted.ts", "// " + "x " * 60 + "x\n"),
    ],
    "white space": [
        lambda r: _plant(r, "common/base/planted.hpp", "#pragma once\n\tint x;\n"),
        lambda r: _plant(r, "common/base/planted.hpp", "#pragma once \n"),
        lambda r: _plant(r, "common/base/planted.hpp", "#pragma once"),
        lambda r: _plant(r, "common/base/planted.hpp", "#pragma once\r\n"),
    ],
    "words": [
        lambda r: _plant(r, "docs/planted.md", "See /wor" + "k/main for more.\n"),
        lambda r: _plant(r, "common/base/planted.hpp", "#pragma once\n// TO" + "DO: later\n"),
        lambda r: _plant(r, "docs/planted.md", "See ../../share" + "d/notes.\n"),
        lambda r: _plant(r, "docs/planted.md", "See ../share" + "d/notes.\n"),
    ],
    "function length": [
        lambda r: _plant(r, "common/base/planted.hpp",
                         "#pragma once\n\ninline int planted(int x) {\n" + "    ++x;\n" * 60
                         + "    return x;\n}\n"),
    ],
    "sources are built": [
        lambda r: _plant(r, "common/base/planted.cpp", "int planted = 0;\n"),
        lambda r: _append(r, "common/base/CMakeLists.txt", "\nset(planted planted_nothing.cpp)\n"),
    ],
    "clang-format": [lambda r: _plant(r, "common/base/planted.hpp", "#pragma once\n\nint  planted( int x );\n")],
    "shellcheck": [lambda r: _plant(r, "deploy/planted", "#!/usr/bin/env bash\nrm -rf $1/\n")],
    "headers compile alone": [
        lambda r: _plant(r, "common/base/planted.hpp", "#pragma once\n\nstd::string planted();\n"),
    ],
}


def run(root: Path, checks: dict[str, Callable[[Tree], list[Finding]]]) -> tuple[int, int]:
    """Passed and failed: every planted violation found, and none where nothing is planted."""
    # The copies have no build of their own.
    os.environ.setdefault("EARSHOT_LINT_BUILD", str(root / "build/dev"))
    passed = failed = 0
    for name in checks:
        if not VIOLATIONS.get(name):
            print(f"FAILED {name}: no violation is known that it finds")
            failed += 1
    with tempfile.TemporaryDirectory(prefix="earshot-lint-") as folder:
        for name, ways in VIOLATIONS.items():
            for number, plant in enumerate(ways, 1):
                copy = Path(folder) / f"{passed + failed}"
                _copy(root, copy, headers=name == "headers compile alone")
                path = plant(copy)
                found = [f for f in checks[name](Tree(copy)) if f.path == path]
                if found:
                    passed += 1
                    print(f"ok     {name} {number}: {str(found[0])[:110]}")
                else:
                    failed += 1
                    print(f"FAILED {name} {number}: the violation planted in {path} was not found")
                shutil.rmtree(copy)
    return passed, failed


def _copy(root: Path, copy: Path, headers: bool) -> None:
    """A copy without build output. To compile every header again would only take time: one folder does."""
    def ignored(folder: str, names: list[str]) -> set[str]:
        skipped = IGNORED_FOLDERS & set(names)
        if headers and Path(folder) == root:
            skipped |= {"server", "client", "tests"} & set(names)
        if headers and Path(folder) == root / "common":
            skipped |= set(names) - {"base"}
        return skipped
    shutil.copytree(root, copy, ignore=ignored)
