"""Which SLOs a request asks for: `service=shop&state=page&label.team=web`."""

from collections.abc import Collection, Mapping
from typing import get_args

from fastapi import Request

from slowatch.api.problems import ApiError, quoted
from slowatch.evaluate.judging import State, Status

Wanted = Mapping[str, frozenset[str]]
"""Values by filter; one of them is enough, while all filters have to match."""

LABEL = "label."
OF_ONE_SLO = ("state",)
OF_ALL = ("service", "name", "nfr", *OF_ONE_SLO)
STATES = get_args(State)


def wanted(
    request: Request, known: Collection[str], others: Collection[str] = ()
) -> dict[str, frozenset[str]]:
    """The filters of a request, besides its `others` parameters.

    Raises ApiError for one that is not known: ignoring it would answer something else.
    """
    filters: dict[str, frozenset[str]] = {}
    for key in request.query_params:
        if key in others:
            continue
        if key not in known and not (key.startswith(LABEL) and key != LABEL):
            names = ", ".join((*known, *others))
            message = f"there is no parameter {quoted(key)}; there are {names} and label.NAME"
            raise ApiError(400, message)
        filters[key] = frozenset(request.query_params.getlist(key))
    _check_states(filters.get("state", frozenset()))
    return filters


def matches(status: Status, wanted: Wanted) -> bool:
    """Whether a status is asked for; a label is one of its SLO or one of its group."""
    slo = status.slo
    own = {"service": slo.service, "name": slo.name, "nfr": slo.nfr, "state": status.state}
    for key, values in wanted.items():
        label = key.removeprefix(LABEL)
        found = [own[key]] if key in own else [slo.labels.get(label), status.group.get(label)]
        if values.isdisjoint(found):
            return False
    return True


def _check_states(states: Collection[str]) -> None:
    for state in states:
        if state not in STATES:
            raise ApiError(400, f"there is no state {state!r}; there are {', '.join(STATES)}")
