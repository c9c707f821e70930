"""Acceptance: the five systems under load, healthy and ill, and the verdict on every row.

    python -m tests.acceptance
    python -m tests.acceptance --variant slower --system reflection-api --markdown table.md

Each variant is played by real Locust users beside a Prometheus of its own, all at the same time,
and then judged by `slowatch verify`. The exit code is 0 if every row is as `expected.py` has it.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from slowatch.demo.load.visitors import find_locust
from slowatch.demo.systems.incident import SYSTEMS
from slowatch.demo.systems.variants import VARIANT_NAMES, VariantName
from tests.acceptance.judging import Judge
from tests.acceptance.outcomes import Outcome, outcomes
from tests.acceptance.playing import SCALES, TIME_SCALE, Playing, play
from tests.acceptance.table import differences, document, markdown

CORES = 2
STARTED_S = time.monotonic()


def main() -> int:
    """Play, judge, and print the table; 1 where something is not as expected."""
    given = _given()
    variants: list[VariantName] = given.variant or list(VARIANT_NAMES)
    systems: list[str] = given.system or list(SYSTEMS)
    locust = find_locust(given.locust)
    scales = ", ".join(f"{system} {scale:g}" for system, scale in SCALES.items())
    _tell(f"users and rates: {scales}; lengths: {TIME_SCALE:g}")
    with ExitStack() as stack:
        folder = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        try:
            playing = _played(stack, folder, locust, variants, systems)
            found = _judged(folder, playing, systems)
        except KeyboardInterrupt:
            if not given.keep:
                shutil.rmtree(folder, ignore_errors=True)
            os._exit(130)  # threads would play on; what they have started ends with this process
    text = markdown(found)
    sys.stdout.write(text)
    if given.markdown:
        given.markdown.write_text(text, encoding="utf-8")
    if given.json:
        given.json.write_text(json.dumps(document(found), indent=2) + "\n", encoding="utf-8")
    return 1 if differences(found) else 0


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.acceptance", description=__doc__)
    parser.add_argument("--variant", action="append", choices=VARIANT_NAMES)
    parser.add_argument("--system", action="append", choices=SYSTEMS)
    parser.add_argument("--locust", help="the command, where it is not on the PATH")
    parser.add_argument("--markdown", type=Path, help="write the table to this file, too")
    parser.add_argument("--json", type=Path, help="write it for programs")
    parser.add_argument("--keep", type=Path, help="a new folder to keep ledgers and logs in")
    return parser.parse_args()


def _played(
    stack: ExitStack,
    folder: Path,
    locust: Path,
    variants: Sequence[VariantName],
    systems: Sequence[str],
) -> dict[VariantName, Playing]:
    """All variants at once."""
    _tell(f"playing {', '.join(variants)}")
    for variant in variants:
        (folder / variant).mkdir(parents=True)
    # What a thread has started ends with it: the threads live until everything is judged.
    pool = stack.enter_context(ThreadPoolExecutor(len(variants)))
    started = {v: pool.submit(play, stack, folder / v, locust, v, systems) for v in variants}
    playing = {variant: one.result() for variant, one in started.items()}
    _tell("all is played")
    return playing


def _judged(
    folder: Path, playing: dict[VariantName, Playing], systems: Sequence[str]
) -> dict[VariantName, Sequence[Outcome]]:
    def judged(variant: VariantName) -> list[Outcome]:
        found = outcomes(list(Judge(folder / variant, playing[variant]).verdicts()), systems)
        _tell(f"{variant} is judged")
        return found

    with ThreadPoolExecutor(CORES) as pool:
        return dict(zip(playing, pool.map(judged, playing), strict=True))


def _tell(text: str) -> None:
    minutes, seconds = divmod(int(time.monotonic() - STARTED_S), 60)
    sys.stderr.write(f"{minutes:02}:{seconds:02}  {text}\n")


if __name__ == "__main__":
    sys.exit(main())
