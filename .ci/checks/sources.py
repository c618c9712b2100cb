"""Every .cpp file is listed in a CMakeLists.txt, and every listed one exists."""
import re

from tree import Finding, Tree

SOURCE = re.compile(r"[\w./${}-]+\.cpp\b")
CALL = re.compile(r"^\s*earshot_add_\w+\((\w+)", re.MULTILINE)
COMMENTS = re.compile(r"#.*")


def check(tree: Tree) -> list[Finding]:
    listed: dict[str, tuple[str, int]] = {}
    known = set(tree.paths)
    for path in tree.paths:
        if not path.endswith(("CMakeLists.txt", ".cmake")):
            continue
        folder = path.rpartition("/")[0]
        for number, line in enumerate(tree.text(path).splitlines(), 1):
            for name in SOURCE.findall(COMMENTS.sub("", line)):
                if name.startswith(("${CMAKE_SOURCE_DIR}/", "${PROJECT_SOURCE_DIR}/")):
                    name = name.partition("}/")[2]
                elif "$" in name:
                    # A function of the file makes the name of its argument: its calls list sources.
                    suffix = name.rpartition("}")[2]
                    for call in CALL.findall(COMMENTS.sub("", tree.text(path))):
                        made = f"{folder}/{call}{suffix}"
                        if made in known:
                            listed.setdefault(made, (path, number))
                    continue
                else:
                    name = f"{folder}/{name}" if folder else name
                listed[name] = (path, number)
    findings = [Finding(p, 1, "no CMakeLists.txt lists it: it is never compiled")
                for p in tree.cpp(".cpp") if p not in listed]
    findings += [Finding(where, number, f"{name} does not exist")
                 for name, (where, number) in listed.items() if name not in known]
    return findings
