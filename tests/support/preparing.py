"""Brings a service's database to the present form, as a start does; run as a script."""

from __future__ import annotations

import sys
from pathlib import Path

from grader.web import start

if __name__ == "__main__":
    start.configure(Path(sys.argv[1]))
    print("now", flush=True)
    start.prepare()
