"""`/alerts`: what is pending or firing, and what was, from the ledger."""

from fastapi import APIRouter, Query, Request

from slowatch.api.entries import AlertsAnswer, alert_entry
from slowatch.api.filters import OF_ALERTS, alert_matches, described, wanted
from slowatch.api.times import parse_moment
from slowatch.api.watching import Watching
from slowatch.evaluate.wording import moment
from slowatch.slo.slot import DAY_S

MOST_READ = 10_000
"""Alerts that one request looks through at most, newest first."""
LIMITS = ("from", "limit")


class AlertRoutes:
    """The route `/alerts`."""

    def __init__(self, watching: Watching) -> None:
        self._watching = watching
        self.router = APIRouter(tags=["Alerts"])
        summary = "Alerts that are pending, firing, or were resolved lately; newest first"
        self.router.get(
            "/alerts",
            response_model=AlertsAnswer,
            summary=summary,
            openapi_extra=described(OF_ALERTS),
        )(self.alerts)

    def alerts(
        self,
        request: Request,
        from_: str | None = Query(
            None,
            alias="from",
            description="Resolved ones from then on: RFC 3339 or seconds; a day by default.",
        ),
        limit: int = Query(100, ge=1, le=1000, description="Not more than so many."),
    ) -> AlertsAnswer:
        """Filter by any label that an alert is sent with, or one of its group: `label.team=web`.

        A filter that is given several times takes any of its values.
        """
        filters = wanted(request, OF_ALERTS, LIMITS)
        as_of_s = self._watching.snapshot.as_of_s
        since_s = parse_moment(from_, "from") if from_ else as_of_s - DAY_S
        episodes = self._watching.episodes(since_s, MOST_READ)
        chosen = [episode for episode in episodes if alert_matches(episode, filters)]
        return AlertsAnswer(
            as_of=moment(as_of_s),
            alerting=self._watching.alerting,
            alerts=[alert_entry(episode) for episode in chosen[:limit]],
        )
