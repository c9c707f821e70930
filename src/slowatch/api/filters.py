"""Which SLOs a request asks for: `service=shop&state=page&label.team=web`."""

from collections.abc import Collection, Mapping

from fastapi import Request

from slowatch.api.problems import ApiError, quoted
from slowatch.evaluate.judging import Status
from slowatch.ledger.alert_port import Episode

Wanted = Mapping[str, frozenset[str]]
"""Values by filter; one of them is enough, while all filters have to match."""

LABEL = "label."
OF_ONE_SLO = ("state",)
OF_ALL = ("service", "name", "nfr", *OF_ONE_SLO)
OF_ALERTS = ("service", "name", "nfr", "alert", "severity", "state")


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
    return filters


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
