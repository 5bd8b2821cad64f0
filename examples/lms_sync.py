"""Grade what is new on Moodle or Canvas, and send points, comments and pages back; for cron.

    BPGRADE_MOODLE_TOKEN=... python lms_sync.py moodle hw1 URL

Folder and address may also stand in BPGRADE_FOLDER and BPGRADE_URL. A second run changes nothing,
one that was cut short goes on, nobody gets mail. Exit status 1: something could not be graded.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys

from grader import lms
from problems.errors import BpgradeError

log = logging.getLogger("lms_sync")


def settings() -> argparse.Namespace:
    """Arguments, or the environment; the token never stands among them."""
    read = argparse.ArgumentParser(description="Grade what is new on a learning platform.")
    read.add_argument("platform", choices=["moodle", "canvas"])
    read.add_argument("folder", nargs="?", default=os.environ.get("BPGRADE_FOLDER"))
    read.add_argument("url", nargs="?", default=os.environ.get("BPGRADE_URL"))
    found = read.parse_args()
    if not (found.folder and found.url):
        read.error("which folder, which address? Give both, or BPGRADE_FOLDER and BPGRADE_URL")
    return found


def main() -> int:
    """Look, send, tell."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    given = settings()
    try:
        folder = lms.open_folder(given.folder)
        platform = lms.connect(given.platform, given.url)
        plan = lms.sync.plan(folder, platform)
        for change in plan:
            log.info("%s", change)
        done = lms.sync.apply(plan)
    except BpgradeError as error:
        log.error("%s", error)
        return 1
    failures = list(lms.sync.failures(plan, done))
    for failure in failures:
        log.warning("%s", failure)
    log.info("%d sent, %d problems", sum(not one.fault for one in done), len(failures))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
