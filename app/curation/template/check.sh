#!/bin/sh
# Checks the record: flaws, warnings, the form of the files, and what differs from BASE.
set -eu
cd "$(dirname "$0")"
BASE=${BASE:-origin/main}
parley check --strict .
parley fmt --check .
if git rev-parse --quiet --verify "$BASE" >/dev/null; then parley diff "$BASE" . --format=markdown; fi
