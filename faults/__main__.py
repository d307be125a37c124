"""Does every fault, or those whose description holds a word: `python -m faults killed idle`."""

from __future__ import annotations

import resource
import sys
import time

from faults.doing import FAULTS


def main() -> None:
    """Prints the table, row by row."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 65_536), most))
    print("| what was done | seconds | what clients saw | what was lost |")
    print("|---|---|---|---|", flush=True)
    for fault in FAULTS:
        told = " ".join((fault.__doc__ or "").split()).rstrip(".")
        if sys.argv[1:] and not any(word in told for word in sys.argv[1:]):
            continue
        began = time.monotonic()
        seen, lost = fault()
        seconds = time.monotonic() - began
        print(f"| {told} | {seconds:.0f} | {seen} | {lost.strip()} |", flush=True)


if __name__ == "__main__":
    main()
