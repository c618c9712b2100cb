#!/usr/bin/env python3
"""Runs the acceptance tests of the hearing engine and writes what they measure as docs/validation.

usage: report.py [--out DIR] [--build-dir DIR] [--no-build] [--speed] [--check]

  --out DIR        where report.md and its diagrams go (default: docs/validation)
  --build-dir DIR  a build with tests (default: build/release, which is built first)
  --no-build       take the build as it is
  --speed          measure CPU time anew (some two minutes; leave the machine alone) into DIR/speed.json
  --check          write nothing: fail if anything differs from what is there, but for how it was made
Needs python3 alone. Exit: 0 all passed, 1 a test failed or --check found a difference, 2 wrong usage.
"""
import argparse
import datetime
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import acceptance  # noqa: E402
import svg  # noqa: E402

PROGRAMS = ["unit_dsp", "unit_dsp_acoustic", "unit_dsp_chain", "unit_dsp_implant", "unit_dsp_overlay",
            "unit_dsp_smearing", "validate_dsp_implant", "validation_chain", "validation_dsp_acoustic",
            "validation_dsp_chain", "validation_dsp_overlay", "validation_dsp_smearing"]
IDS = re.compile(r"^((?:[A-J][1-9])+)(p?)(?=_|[A-Z]|$)")
# Between these lines stands what differs from run to run.
MADE_BEGIN, MADE_END = "<!-- made -->", "<!-- /made -->"


def fail(text, code=1):
    print(f"report.py: {text}", file=sys.stderr)
    sys.exit(code)


def output_of(*command):
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return result.stdout.strip() if result.returncode == 0 else ""


# --- running -------------------------------------------------------------------------------------

def build(extra):
    for command in (["cmake", "--preset", "release"],
                    ["cmake", "--build", "--preset", "release", "--target", *PROGRAMS, *extra]):
        if subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL).returncode != 0:
            fail(f"{' '.join(command[:4])} ... fails")


def run_program(folder, program, to):
    """Runs one GoogleTest program; its report as the library writes it."""
    path = folder / "bin" / program
    if not path.exists():
        fail(f"{path} is not there; build it, or leave --no-build out")
    report = Path(to) / f"{program}.json"
    subprocess.run([path, f"--gtest_output=json:{report}", "--gtest_brief=1"], cwd=ROOT,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if not report.exists():
        fail(f"{program} did not end")
    print(f"  {program}", flush=True)
    return json.loads(report.read_text())


class Test:
    def __init__(self, suite, case):
        self.name = f"{case['classname']}.{case['name']}"
        match = IDS.match(case["name"])
        self.ids = re.findall(r"[A-J][1-9]", match[1]) if match else []
        if match and match[2]:
            self.ids = [one + "'" for one in self.ids]
        self.passed = case.get("status") == "RUN" and "failures" not in case
        self.figures, self.curves = [], []
        keys = [key for key in case if re.match(r"(figure|curve)_\d+$", key)]
        for key in sorted(keys, key=lambda k: int(k.rsplit("_", 1)[1])):
            fields = case[key].split("\t")
            (self.figures if key.startswith("figure") else self.curves).append(fields)


def tests_of(reports):
    return [Test(suite, case) for report in reports for suite in report["testsuites"]
            for case in suite["testsuite"]]


def run_all(folder):
    with tempfile.TemporaryDirectory() as to, ThreadPoolExecutor(os.cpu_count()) as pool:
        return tests_of(list(pool.map(lambda program: run_program(folder, program, to), PROGRAMS)))


# --- speed ---------------------------------------------------------------------------------------

def run_benchmark(folder, program, only):
    """CPU milliseconds per second of stereo sound by name, the median of five runs each."""
    result = subprocess.run(
        [folder / "bin" / program, f"--benchmark_filter={only}", "--benchmark_format=json",
         "--benchmark_min_time=0.5", "--benchmark_repetitions=5",
         "--benchmark_report_aggregates_only=true"], cwd=ROOT, capture_output=True, text=True)
    if result.returncode != 0:
        fail(f"{program} fails: {result.stderr[-500:]}")
    return {run["run_name"]: round(run["cpu_time"], 2) for run in json.loads(result.stdout)["benchmarks"]
            if run["aggregate_name"] == "median"}


def measure_speed(folder):
    chains = run_benchmark(folder, "bench_stages", "^hearing_chain")
    found = {re.sub("^hearing_chain[/_]", "", name): ms for name, ms in chains.items()}
    # Chains run banded matrices; this is what one would take with a dense matrix.
    smearing = run_benchmark(folder, "bench_smearing", "severe")
    found["dense"] = round(found["snhl_severe"] + smearing["smearing/severe_dense"]
                           - smearing["smearing/severe_banded"], 2)
    return {"machine": machine(), "cpu_ms_per_second": found}


def limit_of(name):
    """Share of a core that a chain may take, %."""
    if name == "dense":
        return 3.5
    return 6.0 if name.startswith("changing/") else 4.0


# --- writing -------------------------------------------------------------------------------------

def machine():
    model = ""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    return f"{model or platform.machine()}, {os.cpu_count()} cores, {platform.system()}"


def made(folder):
    version = re.search(r"project\(earshot VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())[1]
    compiler = output_of("g++", "--version").splitlines()
    changed = " with changes" if output_of("git", "status", "--porcelain", "--untracked-files=no") else ""
    return [MADE_BEGIN, "| | |", "|---|---|",
            f"| date | {datetime.date.today().isoformat()} |",
            f"| version | {version}, commit {output_of('git', 'rev-parse', '--short=10', 'HEAD')}{changed} |",
            f"| machine | {machine()} |",
            f"| compiler | {compiler[0] if compiler else '?'}, preset `{folder.name}` |", MADE_END]


def bound(low, high):
    if low and high:
        middle, half = (float(low) + float(high)) / 2, (float(high) - float(low)) / 2
        if low == high:
            return f"= {low}"
        return f"{middle:.4g} \u00b1 {half:.4g}" if middle else f"\u00b1 {half:.4g}"
    return f"\u2265 {low}" if low else (f"\u2264 {high}" if high else "")


def readable(name):
    """"Decoded.E1AToneHasItsPitch" as words."""
    suite, _, case = name.partition(".")
    suite = suite.rsplit("/", 1)[-1]
    words = IDS.sub("", case).lstrip("_").split("/")
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[a-zA-Z])(?=[0-9])", " ", words[0]).lower().strip()
    return f"{suite}: {text}" + (f" ({words[1]})" if len(words) > 1 else "")


def table_of(tests):
    rows = []
    for test in tests:
        verdict = "pass" if test.passed else "**FAIL**"
        rows.append(f"| {readable(test.name)} | | | {verdict} |")
        rows += [f"| &nbsp;&nbsp;{what} | {value} {unit} | {bound(low, high)} | |"
                 for what, value, unit, low, high in test.figures]
    return ["| test | measured | bound | |", "|---|---|---|---|", *rows, ""]


def summary(tests):
    lines = ["## In short", "", "| id | asks for | tests | |", "|---|---|---|---|"]
    for key, (asks, note) in acceptance.TESTS.items():
        own = [test for test in tests if key in test.ids]
        verdict = "none" if not own else ("pass" if all(t.passed for t in own) else "**FAIL**")
        if verdict == "pass" and acceptance.NOT_MET in note:
            verdict = "pass, but for what the note names"
        verdict = "see Speed" if key == "J3" else verdict
        mark = " \u00b9" if note else ""
        lines.append(f"| {key} | {asks}{mark} | {len(own)} | {verdict} |")
    lines += ["", "\u00b9 To be read with its note:", ""]
    lines += [f"- **{key}**: {note}" for key, (_, note) in acceptance.TESTS.items() if note]
    return lines + [""]


def draw(tests, out):
    """Writes the diagrams; lines of the report that show them."""
    diagrams = {}
    for test in tests:
        for title, name, x_label, y_label, points in test.curves:
            pairs = [tuple(map(float, pair.split(","))) for pair in points.split()]
            diagrams.setdefault((title, x_label, y_label), []).append(
                (name, [x for x, _ in pairs], [y for _, y in pairs]))
    lines = []
    for (title, x_label, y_label), curves in sorted(diagrams.items()):
        name = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") + ".svg"
        dashed = [curve[0] for curve in curves if curve[0].endswith("law")]
        (out / name).write_text(svg.diagram(title, x_label, y_label, curves, dashed), encoding="utf-8")
        lines += [f"![{title}]({name})", ""]
    return lines


def speed_section(out):
    path = out / "speed.json"
    if not path.exists():
        return []
    speed = json.loads(path.read_text())
    lines = ["## Speed (J3)", "",
             f"CPU time for a second of stereo sound through one chain, as a share of one core: the median of "
             f"five runs. {speed['machine']}.", "", "| | % of a core | bound |", "|---|---|---|"]
    for name, ms in sorted(speed["cpu_ms_per_second"].items(), key=lambda item: -item[1]):
        share = ms / 10.0
        over = "" if share <= limit_of(name) else " **over**"
        what = f"`{name}`".replace("`changing/", "always between `").replace("_and_", "` and `")
        what = "`snhl_severe` with a dense smearing matrix" if name == "dense" else what
        lines.append(f"| {what} | {share:.2f}{over} | {limit_of(name):g} |")
    return lines + [""]


def instructions_section():
    path = ROOT / "tests/bench/instructions.txt"
    if not path.exists():
        return []
    rows = [line.split() for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return ["Instructions (callgrind) for a second of sound, millions; `deploy/test` refuses what needs 5 % "
            "more than `tests/bench/instructions.txt`.", "", "| block | millions |", "|---|---|",
            *[f"| `{name}` | {int(count) / 1e6:.0f} |" for name, count in rows], ""]


def write(tests, out, folder):
    lines = ["# Validation report", "",
             "What the acceptance tests of the hearing engine measured. Made by `tests/validation/report.py`; not "
             "edited by hand.", "", *made(folder), ""]
    passed = sum(test.passed for test in tests)
    lines += [f"**{passed} passed, {len(tests) - passed} failed** (all tests of `common/dsp`).", ""]
    lines += summary(tests)
    lines += ["## Diagrams", "", *draw(tests, out)]
    for title, letter in acceptance.GROUPS:
        lines += [f"## {title}", ""]
        lines += table_of([t for t in tests if any(i.startswith(letter) for i in t.ids)])
    for title, suite in (("The presets", "Presets."), ("The demo show", "DemoShow.")):
        lines += [f"## {title}", ""]
        lines += table_of([t for t in tests if t.name.startswith(suite) and (not t.ids)])
    lines += speed_section(out) + instructions_section()
    while lines[-1] == "":
        lines.pop()
    (out / "report.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def without_made(text):
    return re.sub(re.escape(MADE_BEGIN) + ".*?" + re.escape(MADE_END), "", text, flags=re.S)


def same_as_kept(made_anew, kept):
    same = True
    for path in sorted(made_anew.iterdir()):
        old = kept / path.name
        if not old.exists() or without_made(old.read_text()) != without_made(path.read_text()):
            print(f"{old.relative_to(ROOT) if old.is_relative_to(ROOT) else old}: differs")
            same = False
    return same


def main():
    parser = argparse.ArgumentParser(prog="report.py", description="Makes docs/validation.")
    parser.add_argument("--out", type=Path, default=ROOT / "docs/validation", metavar="DIR")
    parser.add_argument("--build-dir", type=Path, metavar="DIR")
    parser.add_argument("--no-build", action="store_true")
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    folder = (options.build_dir or ROOT / "build/release").resolve()
    if not options.no_build and options.build_dir is None:
        build(["bench_smearing", "bench_stages"] if options.speed else [])
    options.out.mkdir(parents=True, exist_ok=True)
    if options.speed:
        speed = json.dumps(measure_speed(folder), indent=1)
        (options.out / "speed.json").write_text(speed + "\n")
    tests = run_all(folder)
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) if options.check else options.out
        if options.check and (options.out / "speed.json").exists():
            (out / "speed.json").write_text((options.out / "speed.json").read_text())
        write(tests, out, folder)
        same = not options.check or same_as_kept(out, options.out)
    failed = [test.name for test in tests if not test.passed]
    print(f"{len(tests) - len(failed)} passed, {len(failed)} failed")
    if failed:
        print("\n".join(f"  {name}" for name in failed))
    return 0 if same and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
