"""The files that the checks look at, and what they report."""
import subprocess
from dataclasses import dataclass
from pathlib import Path

SOURCE_FOLDERS = ("common", "server", "client", "tests")
IGNORED_FOLDERS = {".git", "build", "node_modules", "__pycache__", "demo-output"}
BINARY_FOLDERS = ("tests/golden/", "tests/fuzz/corpus/", "tests/fuzz/crashes/")


@dataclass
class Finding:
    """One thing to mend. A warning is printed but fails nothing."""

    path: str
    line: int
    text: str
    warning: bool = False

    def __str__(self) -> str:
        mark = "warning: " if self.warning else ""
        return f"{self.path}:{self.line}: {mark}{self.text}"


class Tree:
    """The files of a checkout: what git tracks or would track; without git, all but build output."""

    def __init__(self, root: Path):
        self.root = root
        self.paths = sorted(p for p in self._list() if (root / p).is_file())

    def _list(self) -> list[str]:
        if (self.root / ".git").exists():
            listed = subprocess.run(
                ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
                cwd=self.root, check=True, capture_output=True, text=True)
            return listed.stdout.splitlines()
        return [str(p.relative_to(self.root)) for p in self.root.rglob("*")
                if not IGNORED_FOLDERS & set(p.relative_to(self.root).parts)]

    def text(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8")

    def texts(self):
        """(path, text) of everything that is text."""
        for path in self.paths:
            if path.startswith(BINARY_FOLDERS):
                continue
            data = (self.root / path).read_bytes()
            if b"\0" in data:
                continue
            try:
                yield path, data.decode("utf-8")
            except UnicodeDecodeError:
                continue

    def web(self) -> list[str]:
        """TypeScript and JavaScript files of our own."""
        return [p for p in self.paths if p.startswith("client/web/") and p.endswith((".ts", ".js", ".mjs"))]

    def cpp(self, *suffixes: str) -> list[str]:
        """C++ files of our own; suffixes default to headers and sources."""
        return [p for p in self.paths
                if p.startswith(tuple(f + "/" for f in SOURCE_FOLDERS))
                and p.endswith(suffixes or (".hpp", ".cpp"))]
