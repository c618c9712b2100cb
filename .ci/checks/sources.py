"""Every .cpp file is listed in a CMakeLists.txt, and every listed one exists."""
import re

from tree import Finding, Tree

SOURCE = re.compile(r"[\w./${}-]+\.cpp\b")
COMMENT = re.compile(r"#.*")


def check(tree: Tree) -> list[Finding]:
    listed: dict[str, tuple[str, int]] = {}
    for path in tree.paths:
        if not path.endswith(("CMakeLists.txt", ".cmake")):
            continue
        folder = path.rpartition("/")[0]
        for number, line in enumerate(tree.text(path).splitlines(), 1):
            for name in SOURCE.findall(COMMENT.sub("", line)):
                if name.startswith(("${CMAKE_SOURCE_DIR}/", "${PROJECT_SOURCE_DIR}/")):
                    name = name.partition("}/")[2]
                elif "$" in name:
                    continue
                else:
                    name = f"{folder}/{name}" if folder else name
                listed[name] = (path, number)
    known = set(tree.paths)
    findings = [Finding(p, 1, "no CMakeLists.txt lists it: it is never compiled")
                for p in tree.cpp(".cpp") if p not in listed]
    findings += [Finding(where, number, f"{name} does not exist")
                 for name, (where, number) in listed.items() if name not in known]
    return findings
