"""Which SLOs a request asks for: `service=shop&state=page&label.team=web`."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from fastapi import Request
from starlette.datastructures import QueryParams

from slowatch.api.problems import ApiError, quoted
from slowatch.evaluate.judging import WORST_FIRST, Status
from slowatch.ledger.alert_port import Episode
from slowatch.slo.policy import SEVERITIES

Wanted = Mapping[str, frozenset[str]]
"""Values by filter; one of them is enough, while all filters have to match."""

LABEL = "label."
ANY: Sequence[str] = ()
Known = Mapping[str, Sequence[str]]
"""Filters that there are, and the values that each may have."""
_NAMES: Known = {"service": ANY, "name": ANY, "nfr": ANY}
OF_ONE_SLO: Known = {"state": WORST_FIRST}
OF_ALL: Known = {**_NAMES, **OF_ONE_SLO}
OF_ALERTS: Known = {
    **_NAMES,
    "alert": ANY,
    "severity": SEVERITIES,
    "state": ("pending", "firing", "resolved"),
}
NONE: Known = {}


def wanted(
    request: Request, known: Known, others: Collection[str] = ()
) -> dict[str, frozenset[str]]:
    """The filters of a request, besides its `others` parameters. Raises ApiError."""
    return wanted_of(request.query_params, known, others)


def wanted_of(
    params: QueryParams, known: Known, others: Collection[str] = ()
) -> dict[str, frozenset[str]]:
    """The filters among parameters, besides the `others`.

    Raises ApiError for one that is not known: ignoring it would answer something else.
    """
    filters: dict[str, frozenset[str]] = {}
    for key in params:
        if key in others:
            continue
        if key not in known and not (key.startswith(LABEL) and key != LABEL):
            names = ", ".join((*known, *others))
            message = f"there is no parameter {quoted(key)}; there are {names} and label.NAME"
            raise ApiError(400, message)
        filters[key] = frozenset(params.getlist(key))
        values = known.get(key, ANY)
        for value in filters[key]:
            if values and value not in values:
                message = f"{key}: there is no {quoted(value)}; there are {', '.join(values)}"
                raise ApiError(400, message)
    return filters


def described(filters: Known) -> dict[str, Any]:
    """Filters as OpenAPI has parameters.

    They are read by `wanted`, not by FastAPI: that would take as long as all the rest of an answer.
    """
    return {"parameters": [_parameter(name, values) for name, values in filters.items()]}


_ONLY = {
    "service": "these services",
    "name": "SLOs of these names",
    "nfr": "SLOs of these NFRs",
    "alert": "alerts of these names",
    "severity": "these severities",
    "state": "these states",
}


def _parameter(name: str, values: Sequence[str]) -> dict[str, Any]:
    items = {"type": "string", "enum": list(values)} if values else {"type": "string"}
    schema: Mapping[str, Any] = {"type": "array", "items": items, "default": []}
    return {"name": name, "in": "query", "description": f"Only {_ONLY[name]}.", "schema": schema}


def matches(status: Status, wanted: Wanted) -> bool:
    """Whether a status is asked for; a label is one of its SLO or one of its group."""
    slo = status.slo
    own = {"service": slo.service, "name": slo.name, "nfr": slo.nfr, "state": status.state}
    return _match(wanted, own, slo.labels, status.group)


def alert_matches(episode: Episode, wanted: Wanted) -> bool:
    """Whether an alert is asked for; a label is one that it is sent with or one of its group."""
    key = episode.key
    service, _, name = key.slo_id.partition("/")
    own = {
        "service": service,
        "name": name,
        "nfr": episode.labels.get("nfr"),
        "alert": key.name,
        "severity": key.severity,
        "state": episode.state.phase,
    }
    return _match(wanted, own, episode.labels, dict(key.group))


def _match(wanted: Wanted, own: Mapping[str, str | None], *labels: Mapping[str, str]) -> bool:
    for key, values in wanted.items():
        label = key.removeprefix(LABEL)
        found = [own[key]] if key in own else [some.get(label) for some in labels]
        if values.isdisjoint(found):
            return False
    return True
