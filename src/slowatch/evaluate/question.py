"""What is asked for an SLO, apart from what is promised: two SLOs may share one question."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from slowatch.ledger.port import Asked
from slowatch.slo.slot import HOUR_S
from slowatch.spec.compiled import DEFAULT_SOURCE, CompiledSlo, Level, Sli, Slicing


@dataclass(frozen=True, slots=True)
class Question:
    """An SLI asked of a source per slot of `slot_s` seconds, for each value of the labels `by`."""

    sli: Sli
    by: tuple[str, ...]
    slicing: Slicing | None
    slot_s: int
    asked: Asked
    source: str = DEFAULT_SOURCE

    @property
    def key(self) -> str:
        """The digest of all that decides the facts."""
        return self.asked.key

    @property
    def can_be_hourly(self) -> bool:
        """Whether whole hours can be asked at once without losing what single slots would say."""
        if self.slicing is not None or HOUR_S % self.slot_s:
            return False
        return not (isinstance(self.sli, Level) and self.sli.while_query and self.by)


def question_of(slo: CompiledSlo, slot_s: int) -> Question:
    """The question of an SLO. Its name, objective, window and labels do not matter to it."""
    told: dict[str, object] = {
        "kind": type(slo.sli).__name__,
        "sli": asdict(slo.sli),
        "by": slo.by,
        "slicing": asdict(slo.slicing) if slo.slicing else None,
        "slot_s": slot_s,
    }
    if slo.source != DEFAULT_SOURCE:
        told["source"] = slo.source
    text = json.dumps(told, sort_keys=True, default=str)
    key = hashlib.sha256(text.encode()).hexdigest()[:32]
    return Question(slo.sli, slo.by, slo.slicing, slot_s, Asked(key, text), slo.source)


def questions_of(slos: Iterable[CompiledSlo], slot_s: int) -> Mapping[str, Question]:
    """The distinct questions of all SLOs, by key."""
    questions = (question_of(slo, slot_s) for slo in slos)
    return {question.key: question for question in questions}
