#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints "PASSED FAILED SKIPPED" over the clauses of a fp8oracle.report/1 file.

A clause may be SKIPPED only if the list of allowed skips names it for that backend; any other skip,
and any status but PASSED and EXEMPTED, counts as failed and is named on stderr.

usage: count_report.py REPORT.json ALLOWED_SKIPS.txt
"""

import json
import sys


def allowed_skips(path):
    """Lines "BACKEND CLAUSE  # why" as a set of pairs; * stands for every backend."""
    with open(path, encoding="utf-8") as lines:
        rows = (line.split("#")[0].split() for line in lines)
        return {tuple(row[:2]) for row in rows if row}


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        report = json.load(file)
    allowed = allowed_skips(sys.argv[2])
    backend = report["backend"]["name"]
    passed = failed = skipped = 0
    for clause in report["clauses"]:
        name, status = clause["id"], clause["status"]
        if status in ("PASSED", "EXEMPTED"):
            passed += 1
        elif status == "SKIPPED" and allowed & {(backend, name), ("*", name)}:
            skipped += 1
        else:
            failed += 1
            reason = clause.get("reason") or "no reason given"
            print(f"{backend} {name} is {status}: {reason}", file=sys.stderr)
    if passed + failed == 0:
        failed = 1
        print(f"{backend}: no clause ran", file=sys.stderr)
    print(passed, failed, skipped)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
