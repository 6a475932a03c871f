#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Renders docs/performance.md from results files of `fp8oracle bench` and fp8oracle_bench.

    ci/performance_page.py RESULTS.json... [--notes bench/results/notes.md] [--output docs/performance.md]

Without --output the page goes to standard output. The notes are written by hand, and their text stands
before the tables. A file of `fp8oracle bench --json` has the schema
fp8oracle.bench/1; a file of `fp8oracle_bench --benchmark_out` is Google Benchmark's.
"""
import argparse
import json
import sys

SCHEMA = "fp8oracle.bench/1"
HEAD = """<!-- SPDX-License-Identifier: Apache-2.0 -->
<!-- Made by ci/performance_page.py; do not edit. -->
# Performance

Each row stands beside its limit, measured in the same run: the fastest copy that reads and writes as many
bytes in total. *Ratio* is the limit's time divided by the operation's: 1.00 is the speed of a copy. Current
scaling counts its input twice, because a whole tensor does not stay on the chip; a ratio above 1 there means
that a part did. Small sizes live in the caches: for them the time counts, not the ratio.

`fp8oracle bench --backend cpu --json F` and, on a machine with a GPU, `--backend cuda` measure again;
`--baseline F` compares with an earlier file and fails when a row became more than 5 % worse.
"""


def fail(message):
    sys.exit(f"performance_page: {message}")


def shape(row):
    one = f"{row['rows']}×{row['cols']}"
    return one if row["count"] == 1 else f"{row['count']} × ({one})"


def significant(value):
    return f"{value:.0f}" if value >= 1000 else f"{value:.3g}" if value < 100 else f"{value:.1f}"


def table(head, rows, numbers_from):
    yield "| " + " | ".join(head) + " |"
    yield "|" + "|".join("---" if i < numbers_from else "---:" for i in range(len(head))) + "|"
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def command_section(results):
    """A run of `fp8oracle bench`."""
    yield f"## {results['backend']}: {results['device']}"
    yield ""
    facts = [("Machine", "machine"), ("GPU", "gpu"), ("Driver", "driver"), ("CUDA Toolkit", "toolkit"),
             ("Date", "date"), ("Commit", "commit"), ("Form", "form")]
    yield from (f"- {name}: {results[key]}" for name, key in facts if results[key])
    yield ""
    nodes = any(row.get("nodes") for row in results["rows"])
    head = ["operation", "size", "input", "format", "µs", "GB/s", "limit µs", "ratio"]
    lines = []
    for row in results["rows"]:
        if row["status"] != "OK":
            continue
        line = [row["op"], shape(row), row["type"], row["format"], significant(row["us"]), significant(row["gbps"]),
                significant(row["limit_us"]), f"{row['ratio']:.2f}"]
        lines.append(line + ([f"{row['nodes']:g}"] if nodes else []))
    yield from table(head + (["nodes"] if nodes else []), lines, 4)
    skipped = sorted({(row["op"], row["status"], row["reason"]) for row in results["rows"] if row["status"] != "OK"})
    if skipped:
        yield ""
        yield from (f"- {op}: {status}, {reason}" for op, status, reason in skipped)
    yield ""


def benchmark_section(results):
    """A run of fp8oracle_bench: the medians of Google Benchmark's aggregates."""
    context = results["context"]
    yield f"## Host backends by vector target: {context['device']}"
    yield ""
    yield f"- Machine: {context['machine']}"
    yield f"- Date: {context['date'][:10]}"
    yield "- Form: 15 pairs of one run and one `std::memcpy` of as many bytes over the same threads; medians"
    yield ""
    lines = []
    for row in results["benchmarks"]:
        if row.get("aggregate_name") != "median":
            continue
        words = row["run_name"].split("/iterations:")[0].split("/")
        operation, kind, form, size = words[:4]
        lines.append([operation, size, kind, form, " ".join(words[4:]), significant(row["real_time"]),
                      significant(row["limit_ms"]), f"{row['ratio']:.2f}", significant(row["Melements/s"])])
    head = ["operation", "size", "input", "format", "on", "ms", "memcpy ms", "ratio", "M elements/s"]
    yield from table(head, lines, 5)
    yield ""


def section(path):
    try:
        with open(path, encoding="utf-8") as file:
            results = json.load(file)
        if results.get("schema") == SCHEMA:
            return list(command_section(results))
        if "benchmarks" in results:
            return list(benchmark_section(results))
    except (OSError, ValueError) as error:
        fail(f"{path}: {error}")
    except (KeyError, TypeError, AttributeError) as error:
        fail(f"{path}: not a results file: {error!r}")
    return fail(f"{path}: neither {SCHEMA} nor a file of Google Benchmark")


def notes(path):
    """The lines of a page written by hand, without the comments at its head."""
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read().strip().split("\n")
    except (OSError, ValueError) as error:
        fail(f"{path}: {error}")
    while lines and (not lines[0] or lines[0].startswith("<!--")):
        lines.pop(0)
    if not lines:
        fail(f"{path}: holds no notes")
    return lines + [""]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("results", nargs="+")
    parser.add_argument("--notes")
    parser.add_argument("--output")
    words = parser.parse_args()
    lines = notes(words.notes) if words.notes else []
    lines += [line for path in words.results for line in section(path)]
    page = HEAD + "\n" + "\n".join(lines).rstrip() + "\n"
    if words.output is None:
        sys.stdout.write(page)
        return
    with open(words.output, "w", encoding="utf-8") as file:
        file.write(page)


if __name__ == "__main__":
    main()
