"""Include rules: .ci/include-rules.txt against every #include of our own code."""
import re
from fnmatch import fnmatchcase

from tree import Finding, Tree

RULES = ".ci/include-rules.txt"
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
OWN_ROOTS = ("common/", "server/", "client/", "tests/")
SYSTEM = re.compile(
    r"^(sys|net|netinet|arpa|linux|asm)/.+\.h$|"
    r"^(alloca|dirent|dlfcn|emmintrin|errno|execinfo|fcntl|fenv|getopt|ifaddrs|immintrin|malloc|netdb|"
    r"poll|pthread|pwd|sched|signal|spawn|stddef|stdint|stdlib|string|termios|time|ucontext|unistd|"
    r"xmmintrin|pmmintrin|arm_neon)\.h$")
STANDARD = re.compile(r"^[a-z0-9_]+$")


def _expand(pattern: str) -> list[str]:
    """a.{x,y} as [a.x, a.y]."""
    match = re.search(r"\{([^}]*)\}", pattern)
    if not match:
        return [pattern]
    return [e for choice in match[1].split(",")
            for e in _expand(pattern[:match.start()] + choice + pattern[match.end():])]


def _matches(path: str, pattern: str) -> bool:
    if pattern.endswith("/**"):
        return path.startswith(pattern[:-2])
    return path.count("/") == pattern.count("/") and fnmatchcase(path, pattern)


class Rules:
    def __init__(self, text: str):
        self.modules: dict[str, list[str]] = {}
        self.libraries: list[tuple[str, list[str]]] = []
        for line in text.splitlines():
            line = line.split("#")[0].strip()
            if not line:
                continue
            kind, rest = line.split(None, 1)
            name, _, allowed = rest.partition(":")
            if kind == "module":
                self.modules[name.strip()] = allowed.split()
            elif kind == "library":
                patterns = [e for p in allowed.split() for e in _expand(p)]
                self.libraries.append((name.strip(), patterns))
            else:
                raise ValueError(f"{RULES}: neither module nor library: {line}")

    def module_of(self, path: str) -> str | None:
        folder = path.rsplit("/", 1)[0]
        parts = folder.split("/")
        if parts[0] == "tests":
            return "tests"
        # A folder inside a module's is part of it; server/ and client/ are modules of their own files only.
        while "/" in folder and folder not in self.modules:
            folder = folder.rsplit("/", 1)[0]
        return folder if folder in self.modules and ("/" in folder or folder == path.rsplit("/", 1)[0]) else None

    def allows(self, module: str, other: str) -> bool:
        if module == other:
            return True
        return any(a in ("*", other) or (a.endswith("/*") and other.startswith(a[:-1]))
                   for a in self.modules[module])

    def library_of(self, include: str) -> tuple[str, list[str]] | None:
        return next(((n, p) for n, p in self.libraries if include.startswith(n)), None)


def check(tree: Tree) -> list[Finding]:
    rules = Rules(tree.text(RULES))
    findings = []
    for path in tree.cpp():
        module = rules.module_of(path)
        if module is None:
            findings.append(Finding(path, 1, f"its folder is no module of {RULES}"))
            continue
        for number, line in enumerate(tree.text(path).splitlines(), 1):
            match = INCLUDE.match(line)
            if match:
                problem = _problem(tree, rules, path, module, match[1] or match[2], bool(match[1]))
                if problem:
                    findings.append(Finding(path, number, problem))
    return findings


def _problem(tree: Tree, rules: Rules, path: str, module: str, include: str, quoted: bool) -> str | None:
    if include.endswith(".pb.h") and not include.startswith("google/"):
        if path.endswith(".hpp") and module != "tests":
            return f"a header includes {include}: declare the message class instead"
        if not rules.allows(module, "proto"):
            return f"{module} may not include protobuf messages"
        return None
    if include.startswith(OWN_ROOTS):
        if not quoted:
            return f"<{include}>: our own files are included with quotes"
        # The build makes it of a template.
        made = (tree.root / (include + ".in")).is_file()
        if not made and not (tree.root / include).is_file():
            return f"{include} does not exist"
        other = rules.module_of(include)
        if other is None or not rules.allows(module, other):
            return f"{module} may not include {other or include}"
        return None
    if quoted:
        return f'"{include}": include from the repository\'s root'
    library = rules.library_of(include)
    if library is not None:
        name, patterns = library
        if module != "tests" and not any(_matches(path, p) for p in patterns):
            return f"<{include}> may not be included here ({name}: {' '.join(patterns)})"
        return None
    if STANDARD.match(include) or SYSTEM.match(include):
        return None
    return f"<{include}>: no library of {RULES}"
