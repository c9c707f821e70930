"""Verifying: a declared run and when it was played in, the verdict on it out."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from slowatch.evaluate.measuring import Measuring
from slowatch.ledger.ledger import Ledger
from slowatch.ledger.run_port import NewRun
from slowatch.spec.compiled_runs import (
    Baseline,
    Change,
    Check,
    CompiledRun,
    PhaseBaseline,
    Recovery,
)
from slowatch.verify.asked import Subject
from slowatch.verify.baselines import Baselines, Before
from slowatch.verify.contributing import contributors
from slowatch.verify.document import document_of
from slowatch.verify.isolated import counted_span, measured
from slowatch.verify.keeping import kept_text
from slowatch.verify.lines import Rules, doubt_of, length_line, lines_of, plain_line
from slowatch.verify.measuring import Outcome, RunMeasuring
from slowatch.verify.played import Played
from slowatch.verify.recovering import Seen, recovery_lines
from slowatch.verify.result import Judged, Line, Notice
from slowatch.verify.scraping import Scraped, scraped
from slowatch.verify.validity import notices

Outcomes = Mapping[Subject, Outcome]
Befores = Mapping[tuple[Baseline, Subject], Before]


@dataclass(frozen=True, slots=True)
class Verified:
    """The verdict on a run, and what is kept of it for later ones, as JSON."""

    judged: Judged
    measurements: str

    def to_keep(self, created_s: int) -> NewRun:
        """What the ledger keeps of it, before it has an id."""
        judged = self.judged
        return NewRun(
            service=judged.service,
            name=judged.name,
            start_s=judged.span.start_s,
            end_s=judged.span.end_s,
            verdict=judged.verdict,
            created_s=created_s,
            digest=judged.digest,
            document=json.dumps(document_of(replace(judged, id=None)), allow_nan=False),
            measurements=self.measurements,
        )


class Verifying:
    """Judges runs; `ledger` has the earlier ones and is None where none are kept."""

    def __init__(self, sources: Mapping[str, Measuring], ledger: Ledger | None) -> None:
        self._sources, self._ledger = sources, ledger

    def verify(
        self,
        run: CompiledRun,
        played: Played,
        override: Baseline | None = None,
        *,
        kept: Iterable[Subject] = (),
    ) -> Verified:
        """The verdict on a run as it was played; raises what sources and the ledger raise.

        `override` is the baseline of all changes that have one outside of their own run; `kept` is
        what is measured besides, since other runs will be compared with it.
        """
        checks = [_with_baseline(check, override) for check in run.checks]
        played = played.with_phases_of(run)
        return _Verification(self._sources, self._ledger, run, checks, played).verified(kept)


class _Verification:
    """One run under judgement."""

    def __init__(
        self,
        sources: Mapping[str, Measuring],
        ledger: Ledger | None,
        run: CompiledRun,
        checks: Sequence[Check],
        played: Played,
    ) -> None:
        self._sources, self._run, self._checks, self._played = sources, run, checks, played
        self._span = played.judged_span(run)
        self._measuring = RunMeasuring(sources, confidence=float(run.confidence))
        self._baselines = Baselines(self._measuring, ledger, run.service)
        self._rules = Rules(played.scale, run.least_events, self._measuring.z)
        self._is_isolated = played.is_isolated and not run.cool_down_s

    def verified(self, kept: Iterable[Subject]) -> Verified:
        """The verdict, and what is kept: what was judged, and what others are compared with."""
        if self._span.length_s <= 0:
            return Verified(self._judged([plain_line(c, ()) for c in self._checks], {}, {}), "{}")
        subjects = {Subject.of(check): None for check in (*self._checks, *self._run.requires)}
        others = {s: None for s in kept if s not in subjects and s.source in self._sources}
        wanted = {**subjects, **others}
        scraping = scraped(wanted, self._span, self._sources)
        outcomes = measured(self._measuring, wanted, self._span, is_isolated=self._is_isolated)
        befores = self._befores()
        lines = [line for c in self._checks for line in self._lines(c, outcomes, befores, scraping)]
        required = [
            line for c in self._run.requires for line in self._lines(c, outcomes, {}, scraping)
        ]
        text = kept_text(_doubted(outcomes, scraping), self._span, scale=self._played.scale)
        own = {subject: one for subject, one in scraping.items() if subject in subjects}
        return Verified(self._judged(lines, own, outcomes, required), text)

    def _judged(
        self,
        lines: Sequence[Line],
        scraping: Mapping[Subject, Scraped],
        outcomes: Outcomes,
        required: Sequence[Line] = (),
    ) -> Judged:
        run, played = self._run, self._played
        told = [*notices(run, played, scraping, outcomes), *_unmet(required)]
        return Judged(
            service=run.service,
            name=run.name,
            nfr=run.nfr,
            description=run.description,
            span=played.span,
            judged_span=self._span,
            lines=(*lines, *self._length()),
            notices=tuple(told),
            phases=played.phases,
            users=played.users,
            scale=played.scale,
            time_scale=played.time_scale,
            confidence=float(run.confidence),
            digest=_digest(run.checks),
            command=played.command,
            exit_code=played.exit_code,
        )

    def _length(self) -> Iterator[Line]:
        run, played = self._run, self._played
        if run.ends_within_s is not None:
            most_s, scale = run.ends_within_s, played.time_scale
            yield length_line("length", run.nfr, played.span, most_s, scale)

    def _befores(self) -> Befores:
        wanted = [
            (check.baseline, Subject.of(check))
            for check in self._checks
            if check.baseline is not None
        ]
        return self._baselines.find(wanted, self._played, self._span, is_isolated=self._is_isolated)

    def _lines(
        self,
        check: Check,
        outcomes: Outcomes,
        befores: Befores,
        scraping: Mapping[Subject, Scraped],
    ) -> Iterator[Line]:
        subject = Subject.of(check)
        before = None if check.baseline is None else befores.get((check.baseline, subject))
        found = scraping.get(subject, Scraped())
        if isinstance(check.bound, Recovery):
            seen = Seen(self._measuring, self._played, self._span)
            outcome = outcomes[subject]
            yield from recovery_lines(check, check.bound, seen, outcome, before, found)
            return
        for line in lines_of(check, outcomes[subject], before, found, self._rules):
            yield self._with_contributors(line, subject)

    def _with_contributors(self, line: Line, subject: Subject) -> Line:
        if line.verdict not in ("fail", "warn"):
            return line
        source, limit = self._sources[subject.source], line.at_most
        span = counted_span(self._span, source.scrape_s, is_isolated=self._is_isolated)
        found = contributors(subject, line.group, limit, span, source)
        return replace(line, contributors=found)


def _doubted(outcomes: Outcomes, scraping: Mapping[Subject, Scraped]) -> Outcomes:
    """What was measured, with why nothing can be shown by it, whatever is compared with it."""
    found = {}
    for subject, outcome in outcomes.items():
        problem = scraping.get(subject, Scraped()).problem
        groups = {
            group: replace(one, doubt=problem or doubt_of(one))
            for group, one in outcome.groups.items()
        }
        found[subject] = replace(outcome, groups=groups)
    return found


def _unmet(required: Iterable[Line]) -> Iterator[Notice]:
    """What a run requires and did not have, so that nothing can be shown by it."""
    for line in required:
        if line.verdict != "pass":
            group = "".join(f" {label}={value}" for label, value in line.group.items())
            measured = "nothing" if line.measured is None else f"{line.measured:g}"
            wanted = " and ".join(
                text
                for text in (
                    None if line.at_least is None else f"at least {line.at_least:g}",
                    None if line.at_most is None else f"at most {line.at_most:g}",
                )
                if text is not None
            )
            told = f"the run requires `{line.name}`{group} of {wanted or 'something'}"
            why = f": {line.reason}" if line.reason else ""
            yield Notice(f"{told}, and had {measured}{why}", blocks=True)


def _with_baseline(check: Check, override: Baseline | None) -> Check:
    is_own = isinstance(check.baseline, PhaseBaseline)
    if override is None or is_own or not isinstance(check.bound, Change | Recovery):
        return check
    return replace(check, baseline=override)


def _digest(checks: Sequence[Check]) -> str:
    """The digest of what was checked: 32 characters."""
    return hashlib.sha256(repr(tuple(checks)).encode()).hexdigest()[:32]
