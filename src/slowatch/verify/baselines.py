"""Baselines: what a run is compared with, found among stored runs or measured anew."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from slowatch.evaluate.told import Group
from slowatch.ledger.ledger import Ledger
from slowatch.ledger.run_port import StoredRun
from slowatch.slo.slot import Span
from slowatch.spec.compiled_runs import (
    Baseline,
    CompiledRun,
    CountMeasure,
    OffsetBaseline,
    PhaseBaseline,
    RunBaseline,
    SpanBaseline,
    StoredBaseline,
)
from slowatch.verify.asked import Subject
from slowatch.verify.estimate import Estimate, middle
from slowatch.verify.isolated import measured
from slowatch.verify.keeping import Kept, kept_of
from slowatch.verify.measuring import Measured, Outcome, RunMeasuring
from slowatch.verify.played import Played
from slowatch.verify.result import BaselineRef, Interval, title_of
from slowatch.verify.scraping import Scraped, scraped


@dataclass(frozen=True, slots=True)
class Before:
    """What a subject was in its baseline, by group; `reason` says why that is not known.

    The baseline was `length_s` long; what was counted in it is taken to the length of the run.
    """

    groups: Mapping[Group, Measured] = field(default_factory=dict)
    ref: BaselineRef | None = None
    reason: str | None = None
    length_s: int = 0

    def per_s(self, was: Measured) -> float:
        """The events a second that a group's number rests on."""
        return was.estimate.events / self.length_s if self.length_s else 0.0


Earlier = Mapping[Subject, Before]

_NOT_APART = "is part of the run itself: take one before it"


def compared_with(run: CompiledRun, runs: Iterable[CompiledRun]) -> Iterator[Subject]:
    """What other declared runs will want to know of a run, whose baseline it is."""
    for other in runs:
        for check in other.checks if other.service == run.service else ():
            if isinstance(check.baseline, RunBaseline) and check.baseline.run == run.name:
                yield Subject.of(check)


class Baselines:
    """Finds what subjects were before; `ledger` is None where no runs are kept."""

    def __init__(self, measuring: RunMeasuring, ledger: Ledger | None, service: str) -> None:
        self._measuring, self._ledger, self._service = measuring, ledger, service

    def find(
        self,
        wanted: Iterable[tuple[Baseline, Subject]],
        played: Played,
        judged: Span,
        *,
        is_isolated: bool,
    ) -> dict[tuple[Baseline, Subject], Before]:
        """What each subject was in its baseline; raises what sources and the ledger raise.

        Another time is taken to be as isolated as the run is.
        """
        by_baseline: dict[Baseline, list[Subject]] = {}
        for baseline, subject in dict.fromkeys(wanted):
            by_baseline.setdefault(baseline, []).append(subject)
        run = _Run(played, judged, is_isolated)
        return {
            (baseline, subject): before
            for baseline, subjects in by_baseline.items()
            for subject, before in self._before(baseline, subjects, run).items()
        }

    def _before(self, baseline: Baseline, subjects: Sequence[Subject], run: "_Run") -> Earlier:
        match baseline:
            case RunBaseline() | StoredBaseline():
                return self._stored(baseline, subjects, run)
            case OffsetBaseline(offset_s):
                span = Span(run.judged.start_s - offset_s, run.judged.end_s - offset_s)
                return self._apart(subjects, BaselineRef("the same time before", span), run)
            case SpanBaseline(start_s, end_s):
                ref = BaselineRef("another time", Span(start_s, end_s))
                return self._apart(subjects, ref, run)
            case PhaseBaseline(name):
                return self._in_phase(subjects, name, run)

    def _in_phase(self, subjects: Sequence[Subject], name: str, run: "_Run") -> Earlier:
        phase, judged = run.played.phase(name), run.judged
        if phase is None:
            return _unknown(subjects, f"the run had no phase `{name}` to compare with")
        start_s, end_s = phase.span.start_s, min(phase.span.end_s, judged.end_s)
        # What warms up is no baseline either, where something of the phase is left.
        start_s = max(start_s, judged.start_s) if judged.start_s < end_s else start_s
        span = Span(start_s, end_s)
        ref = BaselineRef(f"the phase `{name}`", span)
        return self._anew(subjects, span, ref, replace(run, is_isolated=False))

    def _apart(self, subjects: Sequence[Subject], ref: BaselineRef, run: "_Run") -> Earlier:
        """What subjects were in a time that is another one than the run."""
        span = ref.span
        if span is None or span.overlaps(run.judged):
            return _unknown(subjects, f"{ref.told} {_NOT_APART}")
        return self._anew(subjects, span, ref, run)

    def _anew(
        self, subjects: Sequence[Subject], span: Span, ref: BaselineRef, run: "_Run"
    ) -> Earlier:
        if span.length_s <= 0 or span.start_s < 0:
            return _unknown(subjects, f"{ref.told} is no stretch of time to compare with")
        found = measured(self._measuring, subjects, span, is_isolated=run.is_isolated)
        scraping = scraped(subjects, span, self._measuring.sources)
        return {
            subject: run.before(
                subject, outcome, span, ref, scraping.get(subject, Scraped()).problem
            )
            for subject, outcome in found.items()
        }

    def _stored(
        self, baseline: RunBaseline | StoredBaseline, subjects: Sequence[Subject], run: "_Run"
    ) -> Earlier:
        if self._ledger is None:
            return _unknown(subjects, "there is no ledger with earlier runs: give `--state`")
        stored = _chosen(self._ledger, baseline, self._service, run.played.span)
        if not stored:
            return _unknown(subjects, _missing(baseline))
        each = [self._of_stored(self._ledger, one, subjects, run) for one in stored]
        return {subject: _median([one[subject] for one in each]) for subject in subjects}

    def _of_stored(
        self, ledger: Ledger, stored: StoredRun, subjects: Sequence[Subject], run: "_Run"
    ) -> Earlier:
        told = f"{stored.name or title_of(stored.service, '')} (run {stored.id})"
        if Span(stored.start_s, stored.end_s).overlaps(run.played.span):
            return _unknown(subjects, f"{told} {_NOT_APART}")
        kept, scale = _kept(ledger, stored, self._measuring.confidence), run.played.scale
        if kept is None:
            return _unknown(subjects, f"{told} was kept in a form that this slowatch does not know")
        if kept.scale != scale:
            why = f"{told} was played at scale {kept.scale:g} and this one at {scale:g}"
            return _unknown(subjects, f"{why}: they cannot be compared")
        ref = BaselineRef(told, kept.span, stored.id)
        known = {
            subject: run.before(subject, Outcome(groups), kept.span, ref)
            for subject in subjects
            if (groups := kept.by_key.get(subject.key))
        }
        # What that run did not measure may still be told by Prometheus.
        unknown = [subject for subject in subjects if subject not in known]
        return known | (dict(self._anew(unknown, kept.span, ref, run)) if unknown else {})


@dataclass(frozen=True, slots=True)
class _Run:
    """The run that is compared: as it was played, what of it is judged."""

    played: Played
    judged: Span
    is_isolated: bool

    def before(
        self,
        subject: Subject,
        was: Outcome,
        span: Span,
        ref: BaselineRef,
        problem: str | None = None,
    ) -> Before:
        """What a subject was in another span; what was counted there as if it were as long."""
        if problem is not None:
            return Before({}, ref, f"of {ref.told} {problem}")
        groups = was.groups
        if isinstance(subject.measure, CountMeasure):
            factor = self.judged.length_s / span.length_s
            groups = {group: _times(factor, one) for group, one in groups.items()}
        return Before(groups, ref, _nothing(ref, was), span.length_s)


def _times(factor: float, one: Measured) -> Measured:
    """A count that is so many times as much."""
    was = one.estimate
    interval = was.interval and Interval(factor * was.low, factor * was.high)
    return replace(one, estimate=Estimate(factor * was.value, was.events, interval))


def _chosen(
    ledger: Ledger, baseline: RunBaseline | StoredBaseline, service: str, span: Span
) -> list[StoredRun]:
    """The stored runs that a baseline means; of those that passed only earlier ones.

    The newest is the one that was played last, whenever it was judged; where it was judged several
    times, the last verdict counts.
    """
    if isinstance(baseline, StoredBaseline):
        stored = ledger.run(baseline.id)
        return [] if stored is None else [stored]
    marked = ledger.baseline_run(service, baseline.run) if baseline.last is None else None
    if marked is not None and marked.is_baseline:
        return [marked]
    passed = ledger.runs(service=service, name=baseline.run, verdict="pass", most=None)
    passed = sorted(passed, key=lambda run: run.id)
    earlier = {(run.end_s, run.start_s): run for run in passed if run.end_s <= span.start_s}
    return [run for _, run in sorted(earlier.items(), reverse=True)][: baseline.last or 1]


def _kept(ledger: Ledger, run: StoredRun, confidence: float) -> Kept | None:
    found = ledger.run_document(run.id)
    return kept_of(found[1], confidence=confidence) if found else None


def _median(each: Sequence[Before]) -> Before:
    """The median of those that know something, the newest first; its course is that of the newest.

    What nothing can be shown by is left out. Where none knows anything it is the newest of all.
    """
    known = [one for one in each if one.groups]
    if len(known) < 2:
        return known[0] if known else each[0]
    found = {}
    for group in {group for one in known for group in one.groups}:
        theirs = [one.groups[group] for one in known if group in one.groups]
        sure = [one for one in theirs if one.doubt is None] or theirs[:1]
        found[group] = replace(sure[0], estimate=middle([one.estimate for one in sure]))
    ref = BaselineRef(f"the median of {len(known)} runs", None)
    return Before(found, ref, length_s=known[0].length_s)


def _unknown(subjects: Sequence[Subject], reason: str) -> Earlier:
    return {subject: Before(reason=reason) for subject in subjects}


def _missing(baseline: RunBaseline | StoredBaseline) -> str:
    if isinstance(baseline, StoredBaseline):
        return f"there is no run {baseline.id}: `slowatch runs` lists those that are kept"
    return (
        f"no earlier run `{baseline.run}` passed, and none is marked as baseline: verify one and "
        "mark it with `slowatch runs mark ID`, or name another with `--baseline`"
    )


def _nothing(ref: BaselineRef, outcome: Outcome) -> str | None:
    return None if outcome.groups else f"nothing is known of {ref.told}: {outcome.reason}"
