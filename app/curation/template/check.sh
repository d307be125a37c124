#!/bin/sh
# Checks the record: flaws, warnings, the form of the files, and what differs from BASE.
# Fails after all of it is said.
set -u
cd "$(dirname "$0")" || exit 1
BASE=${BASE:-origin/main}
failed=0
parley check --strict . || failed=1
parley fmt --check . || failed=1
if git rev-parse --quiet --verify "$BASE" >/dev/null; then
  parley diff "$BASE" . --format=markdown || failed=1
fi
exit $failed
