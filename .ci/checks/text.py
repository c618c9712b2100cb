"""What holds for every text file: length, white space, open ends, paths of somebody's machine."""
import posixpath
import re

from tree import Finding, Tree

MAX_LINES = 600
MAX_COLUMNS = 100
# Brackets keep the patterns from finding themselves.
FORBIDDEN = [
    (re.compile(r"(?<![\w.])/wor[k]/"), "a path of one machine"),
    (re.compile(r"(?<![\w.])/(?:hom[e]/[a-z]|roo[t]/)"), "a path of one machine"),
    (re.compile(r"\b(?:HOUS[E]|HEARIN[G]|DESIG[N]|VENU[E]|PEER[S]|LIMIT[S]|CONVENTION[S])\.md\b"),
     "a document that is not in the repository"),
]
# A folder beside the repository; ours of that name (client/web) may be meant.
BESIDE = re.compile(r"(?:\.\./)+share[d]/")
OPEN_END = re.compile(r"\b(TOD[O]|FIXM[E]|XX[X]|HAC[K])\b")
ISSUE = re.compile(r"#\d+")
LONG_ALLOWED = ("LICENSE", "docs/", "tests/golden/")
MAKEFILE_TABS = re.compile(r"(^|/)(Makefile|.*\.mk|rules)$")


def check_length(tree: Tree) -> list[Finding]:
    return [Finding(path, MAX_LINES + 1, f"{text.count(chr(10))} lines; at most {MAX_LINES}")
            for path, text in tree.texts()
            if text.count("\n") > MAX_LINES and not path.startswith(LONG_ALLOWED)
            and not path.endswith("package-lock.json")]


def check_width(tree: Tree) -> list[Finding]:
    """clang-format breaks code, but leaves comments as they were written; nothing breaks TypeScript."""
    return [Finding(path, number, f"{len(line)} columns; at most {MAX_COLUMNS}")
            for path in [*tree.cpp(".hpp", ".cpp"), *tree.web()]
            for number, line in enumerate(tree.text(path).splitlines(), 1)
            if len(line) > MAX_COLUMNS and "://" not in line and "R\"" not in line]


def check_space(tree: Tree) -> list[Finding]:
    findings = []
    for path, text in tree.texts():
        if path == "LICENSE" or path.endswith(".svg"):
            continue
        for number, line in enumerate(text.split("\n"), 1):
            if "\t" in line and not MAKEFILE_TABS.search(path):
                findings.append(Finding(path, number, "a tab"))
            if line != line.rstrip() and line.rstrip("\r") == line:
                findings.append(Finding(path, number, "white space at the end of the line"))
            if line.endswith("\r"):
                findings.append(Finding(path, number, "a carriage return"))
        if text and not text.endswith("\n"):
            findings.append(Finding(path, text.count("\n") + 1, "no newline at the end of the file"))
    return findings


def _is_outside(tree: Tree, path: str, folder: str) -> bool:
    """Whether no file of ours lies in a folder that is named from where a file lies."""
    meant = posixpath.normpath(posixpath.join(posixpath.dirname(path), folder))
    return not any(p.startswith(meant + "/") for p in tree.paths)


def check_words(tree: Tree) -> list[Finding]:
    findings = []
    for path, text in tree.texts():
        for number, line in enumerate(text.splitlines(), 1):
            for pattern, what in FORBIDDEN:
                if pattern.search(line):
                    findings.append(Finding(path, number, f"{what}: {line.strip()[:80]}"))
            if any(_is_outside(tree, path, match[0]) for match in BESIDE.finditer(line)):
                findings.append(Finding(path, number, f"a path outside of the repository: {line.strip()[:80]}"))
            if OPEN_END.search(line) and not ISSUE.search(line):
                findings.append(Finding(path, number, "an open end without the number of an issue"))
    return findings
