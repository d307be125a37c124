#!/bin/sh
# Asks Parley with curl: sh examples/ask.sh [ADDRESS]
set -eu
at=${1:-http://127.0.0.1:8000}

# Refuses to go on where an answer is an error.
ask() { curl --silent --show-error --fail-with-body --compressed "$@"; }

echo "# What the record is"
ask "$at/v1/dataset?fields=id,title,counts"

echo; echo "# The three newest quotations, only some members of each"
ask --get "$at/v1/quotes" --data limit=3 --data fields=date,text,speakers

echo; echo "# What happened, the oldest first, as a table"
ask --get "$at/v1/events" --data sort=date --data limit=5 --data format=csv \
  --data fields=id,date,title

echo; echo "# How many entries there are about each topic"
ask --get "$at/v1/timeline" --data limit=1 --data fields=id --data count=exact --data facets=topic

echo; echo "# A feed and a calendar of the same question"
ask --get "$at/v1/events" --data limit=2 --data format=atom
echo
ask --get "$at/v1/events" --data limit=2 --data format=ics

echo "# Only what has changed: with the ETag of an answer, the next one is empty (304)"
tag=$(ask --output /dev/null --dump-header - "$at/v1/proposals" | tr -d '\r' |
  sed -n 's/^etag: //p')
ask --output /dev/null --write-out '%{http_code}\n' --header "If-None-Match: $tag" \
  "$at/v1/proposals"

echo; echo "# Which of these quotations are in the record, as a table"
ask "$at/v1/check?format=csv" --header "Content-Type: application/json" --data '{"texts": [
  {"text": "We need a lasting ceasefire now", "speaker": "King Abdullah II"},
  {"text": "I never said anything of the kind", "date": "7 February 2024"}]}'

echo "# A question that cannot be asked says why, and what would be right"
curl --silent --get "$at/v1/events" --data sort=dates

echo; echo "# The whole record: how many lines of NDJSON, and the length of the database file"
ask "$at/v1/dataset/entries.ndjson" | wc -l
ask --head "$at/v1/dataset/parley.sqlite" | tr -d '\r' | sed -n 's/^content-length: //p'
