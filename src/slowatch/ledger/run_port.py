"""What the ledger takes and gives of judged runs: plain values, so that callers need no SQL."""

from dataclasses import dataclass

from slowatch.slo.verdict import Verdict

MOST_RUNS = 1000
"""How many runs of one name are kept; the oldest go first, one marked as baseline never."""


@dataclass(frozen=True, slots=True)
class NewRun:
    """A judged run that is to be kept; both names are empty where it was of no declared run.

    `digest` is that of its checks. `document` is the whole verdict as JSON,
    `measurements` what a later run is compared with. Moments are seconds since the epoch.
    """

    service: str
    name: str
    start_s: int
    end_s: int
    verdict: Verdict
    created_s: int
    digest: str
    document: str
    measurements: str


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run that is kept, without its documents; its id is never given to another run."""

    id: int
    service: str
    name: str
    start_s: int
    end_s: int
    verdict: Verdict
    is_baseline: bool
    created_s: int
    digest: str
