"""Policies as they are written become policies: each rests on another, at last a built-in one."""

from collections.abc import Mapping
from typing import TypeVar

from slowatch.slo.burn import BurnPair
from slowatch.slo.policy import (
    DEFAULT_POLICY,
    SEVERITIES,
    AlertPolicy,
    BudgetEnding,
    BudgetLow,
    BurnAlert,
    LowTraffic,
    Severity,
    SliAbsent,
    scaled_policy,
)
from slowatch.spec.mistake import Mistake, nearest
from slowatch.spec.policy_documents import BurnDocument, PolicyDocument, Raised

DEFAULT, SCALED = "default", "scaled"
BUILT_IN = (DEFAULT, SCALED)

Value = TypeVar("Value")


def named_policy(
    name: str, documents: Mapping[str, PolicyDocument], window_s: int, above: tuple[str, ...] = ()
) -> AlertPolicy:
    """The policy of a name for a window of so many seconds.

    `above` are the policies that rest on it. A document may be called like a built-in policy and
    rest on it. Raises Mistake where there is no such policy, or it rests on itself.
    """
    document = documents.get(name) if name not in above else None
    if document is not None:
        return policy_of(document, documents, window_s, above=(*above, name))
    if name == SCALED:
        return scaled_policy(window_s)
    if name == DEFAULT:
        return DEFAULT_POLICY
    if name in above:
        message = f"the policy `{name}` rests on itself: let it be `based_on` another one"
        raise Mistake("policy-cycle", message)
    hint = nearest(name, list(dict.fromkeys([*documents, *BUILT_IN])))
    raise Mistake("unknown-policy", f"there is no policy `{name}`{hint}")


def policy_of(
    document: PolicyDocument,
    documents: Mapping[str, PolicyDocument],
    window_s: int,
    *,
    above: tuple[str, ...] = (),
    base: str = DEFAULT,
) -> AlertPolicy:
    """What a document says, over what it rests on; raises Mistake."""
    below = named_policy(document.based_on or base, documents, window_s, above)
    written: Mapping[Severity, BurnDocument | None] = {
        "page": document.page,
        "ticket": document.ticket,
    }
    exhausted = document.budget_exhausted
    return AlertPolicy(
        burn={s: _burn(written[s], below.burn.get(s, BurnAlert(()))) for s in SEVERITIES},
        low_traffic=_low_traffic(document, below),
        budget_exhausted=(
            _raised(exhausted.severity, None) if exhausted else below.budget_exhausted
        ),
        budget_low=_low(document, below),
        budget_ending=_ending(document, below),
        sli_absent=_absent(document, below),
        keep_firing_s=_or(document.keep_firing_for, below.keep_firing_s),
        labels={
            severity: {**below.labels.get(severity, {}), **(burn.labels if burn else {})}
            for severity, burn in written.items()
        },
    )


def _burn(document: BurnDocument | None, below: BurnAlert) -> BurnAlert:
    if document is None:
        return below
    pairs = below.pairs
    if document.pairs is not None:
        pairs = tuple(BurnPair(pair.short, pair.long, pair.budget) for pair in document.pairs)
    return BurnAlert(pairs, _or(document.hold, below.for_s))


def _low_traffic(document: PolicyDocument, below: AlertPolicy) -> LowTraffic:
    written, known = document.low_traffic, below.low_traffic
    if written is None:
        return known
    return LowTraffic(
        _or(written.bad_events, known.bad_events), _or(written.confidence, known.confidence)
    )


def _low(document: PolicyDocument, below: AlertPolicy) -> BudgetLow | None:
    written = document.budget_low
    if written is None:
        return below.budget_low
    known = below.budget_low or DEFAULT_POLICY.budget_low
    assert known is not None  # noqa: S101  the default policy has all
    severity = _raised(written.severity, known.severity)
    return severity and BudgetLow(_or(written.below, known.share), severity)


def _ending(document: PolicyDocument, below: AlertPolicy) -> BudgetEnding | None:
    written = document.budget_ending
    if written is None:
        return below.budget_ending
    known = below.budget_ending or DEFAULT_POLICY.budget_ending
    assert known is not None  # noqa: S101  the default policy has all
    severity = _raised(written.severity, known.severity)
    return severity and BudgetEnding(_or(written.within, known.within_s), severity)


def _absent(document: PolicyDocument, below: AlertPolicy) -> SliAbsent | None:
    written = document.sli_absent
    if written is None:
        return below.sli_absent
    known = below.sli_absent or DEFAULT_POLICY.sli_absent
    assert known is not None  # noqa: S101  the default policy has all
    severity = _raised(written.severity, known.severity)
    return severity and SliAbsent(_or(written.hold, known.for_s), severity)


def _raised(written: Raised | None, known: Severity | None) -> Severity | None:
    if written is None:
        return known
    return None if written == "none" else written


def _or(written: Value | None, known: Value) -> Value:
    return known if written is None else written
