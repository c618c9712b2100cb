"""Lists functions of more than 60 lines: each needs a reason in review. Warnings only.

Reads code as clang-format leaves it: a function's body opens on a line that ends with "{" and closes with
a "}" that stands at the same indent.
"""
import re

from tree import Finding, Tree

MAX_LINES = 60
NOT_A_FUNCTION = re.compile(
    r"^\s*(namespace|class|struct|enum|union|extern|if|else|for|while|do|switch|try|return|case)\b|=\s*\{$|"
    r"^\s*\}")


def check(tree: Tree) -> list[Finding]:
    findings = []
    for path in tree.cpp():
        lines = tree.text(path).splitlines()
        number = 0
        while number < len(lines):
            end = _end_of_function(lines, number)
            if end is None:
                number += 1
                continue
            length = end - number + 1
            if length > MAX_LINES:
                findings.append(Finding(path, number + 1, f"a function of {length} lines", warning=True))
            number = end + 1
    return findings


def _end_of_function(lines: list[str], start: int) -> int | None:
    """The last line of the function whose body opens on this line; nothing if none does."""
    line = lines[start]
    if not line.endswith("{") or ")" not in line or NOT_A_FUNCTION.search(line):
        return None
    # A head over several lines (parameters, initialisers) ends deeper than it began: find its first line.
    first = start
    depth = 0
    while True:
        depth += lines[first].count(")") - lines[first].count("(")
        initialiser = lines[first].lstrip().startswith(":")
        if first == 0 or (depth <= 0 and not initialiser):
            break
        first -= 1
    indent = len(lines[first]) - len(lines[first].lstrip())
    closing = " " * indent + "}"
    for end in range(start + 1, len(lines)):
        if lines[end].startswith(closing):
            return end
    return None
