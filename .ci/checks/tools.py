"""Checks that other programs make: clang-format, shellcheck, the compiler on each header alone."""
import json
import os
import re
import shlex
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tree import Finding, Tree

CLANG_MESSAGE = re.compile(r"^(?P<path>[^:]+):(?P<line>\d+):\d+: (?:warning|error|fatal error|note): (?P<text>.*)$")


def _missing(program: str) -> list[Finding]:
    return [Finding(".ci/lint", 1, f"{program} is not installed: deploy/install-deps --dev")]


def check_format(tree: Tree) -> list[Finding]:
    program = "clang-format-14"
    if not shutil.which(program):
        return _missing(program)
    paths = tree.cpp()
    if not paths:
        return []
    result = subprocess.run([program, "--dry-run", "--Werror", "--ferror-limit=1", *paths],
                            cwd=tree.root, capture_output=True, text=True)
    found = [m for m in map(CLANG_MESSAGE.match, result.stderr.splitlines()) if m]
    findings = [Finding(m["path"], int(m["line"]), "not as clang-format-14 writes it (clang-format-14 -i)")
                for m in found]
    if result.returncode != 0 and not findings:
        findings.append(Finding(".clang-format", 1, result.stderr.strip()[:200]))
    return findings


def check_shell(tree: Tree) -> list[Finding]:
    if not shutil.which("shellcheck"):
        return _missing("shellcheck")
    scripts = [p for p in tree.paths if _is_shell(tree.root / p)]
    if not scripts:
        return []
    result = subprocess.run(["shellcheck", "--format=gcc", *scripts],
                            cwd=tree.root, capture_output=True, text=True)
    return [Finding(m["path"], int(m["line"]), m["text"])
            for m in map(CLANG_MESSAGE.match, result.stdout.splitlines()) if m]


def _is_shell(path: Path) -> bool:
    with path.open("rb") as file:
        first = file.readline(64)
    return first.startswith(b"#!") and (b"bash" in first or first.rstrip().endswith(b"/sh"))


def _compile_flags(build: Path) -> list[str]:
    """Every include path and definition that some file of ours is compiled with, once."""
    flags: list[str] = []
    for entry in json.loads((build / "compile_commands.json").read_text()):
        words = iter(shlex.split(entry["command"]))
        for word in words:
            if word == "-isystem":
                pair = (word, next(words))
                if pair[1] not in flags:
                    flags.extend(pair)
            elif word.startswith(("-I", "-D", "-std=")) and word not in flags:
                flags.append(word)
    return flags


def check_headers_alone(tree: Tree) -> list[Finding]:
    """Compiles every header by itself, with the include paths of the dev build."""
    source = Path(os.environ.get("EARSHOT_LINT_BUILD", tree.root / "build/dev"))
    if not (source / "compile_commands.json").is_file():
        configured = subprocess.run(["cmake", "--preset", "dev"], cwd=tree.root,
                                    capture_output=True, text=True)
        if configured.returncode != 0:
            return [Finding("CMakePresets.json", 1, "cmake --preset dev fails: " + configured.stderr[-300:])]
    # Headers of generated messages must be there before anything can include them.
    subprocess.run(["cmake", "--build", str(source), "--target", "earshot_proto"],
                   capture_output=True, text=True, check=False)
    flags = [f for f in _compile_flags(source) if f != f"-I{tree.root}"]
    compiler = ["ccache", "g++"] if shutil.which("ccache") else ["g++"]
    command = [*compiler, "-O0", "-Wall", "-Wextra", "-Werror", f"-I{tree.root}", *flags]
    # A real source and a real object, as ccache wants them: what has not changed costs nothing.
    work = tree.root / "build/lint-headers"

    def compile_one(path: str) -> Finding | None:
        unit = work / (path + ".cpp")
        unit.parent.mkdir(parents=True, exist_ok=True)
        unit.write_text(f'#include "{path}"\n')
        result = subprocess.run([*command, "-c", str(unit), "-o", str(unit.with_suffix(".o"))],
                                cwd=tree.root, capture_output=True, text=True)
        if result.returncode == 0:
            return None
        message = next((m for m in map(CLANG_MESSAGE.match, result.stderr.splitlines()) if m), None)
        return Finding(path, 1, "does not compile alone: "
                       + (f"{message['path']}:{message['line']}: {message['text']}" if message
                          else result.stderr.strip()[-200:]))

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return [f for f in pool.map(compile_one, tree.cpp(".hpp")) if f]
