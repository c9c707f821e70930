"""Bringing a Grafana in step with rendered dashboards: only what differs is written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from typing import Any, Literal

from slowatch.dashboards.dashboard import TAG, json_text
from slowatch.dashboards.grafana import Grafana, Stored

OF_GRAFANA = ("id", "version")
"""What Grafana counts by itself."""


@dataclass(frozen=True, slots=True)
class Change:
    """A dashboard, or the folder, and what becomes of it; `diff` is empty where nothing does.

    One that is `left over` was pushed once, and nothing is rendered for it any more.
    """

    uid: str
    title: str
    becomes: Literal["created", "updated", "moved", "unchanged", "left over"]
    diff: str = ""


def changes(
    grafana: Grafana, documents: Mapping[str, Mapping[str, Any]], folder_uid: str
) -> Iterator[tuple[Change, Mapping[str, Any]]]:
    """What would become of each dashboard, as Grafana is asked for it. Raises GrafanaError."""
    for document in documents.values():
        yield _change(grafana.dashboard(document["uid"]), document, folder_uid), document


def push(
    grafana: Grafana, documents: Mapping[str, Mapping[str, Any]], folder: str
) -> Iterator[Change]:
    """Make the folder where it is missing, and write what differs. Raises GrafanaError."""
    if not grafana.has_folder(folder):
        grafana.create_folder(folder, folder)
        yield Change(folder, f"folder {folder}", "created")
    for change, document in changes(grafana, documents, folder):
        if change.becomes != "unchanged":
            grafana.save(document, folder)
        yield change
    yield from _left_over(grafana, documents, folder)


def plan(
    grafana: Grafana, documents: Mapping[str, Mapping[str, Any]], folder: str
) -> Iterator[Change]:
    """What a push would do, without doing it. Raises GrafanaError."""
    is_there = grafana.has_folder(folder)
    if not is_there:
        yield Change(folder, f"folder {folder}", "created")
    yield from (change for change, _ in changes(grafana, documents, folder))
    if is_there:
        yield from _left_over(grafana, documents, folder)


def _left_over(
    grafana: Grafana, documents: Mapping[str, Mapping[str, Any]], folder: str
) -> Iterator[Change]:
    """Dashboards of ours in the folder that nothing was rendered for; nobody deletes them."""
    own = {document["uid"] for document in documents.values()}
    for uid, title in sorted(grafana.dashboards(folder, TAG).items()):
        if uid not in own:
            yield Change(uid, title, "left over")


def _change(stored: Stored | None, document: Mapping[str, Any], folder_uid: str) -> Change:
    uid, title = document["uid"], document["title"]
    before = "" if stored is None else json_text(_without_counts(stored.document))
    after = json_text(_without_counts(document))
    diff = _diff(before, after, uid)
    if stored is None:
        return Change(uid, title, "created", diff)
    if diff:
        return Change(uid, title, "updated", diff)
    return Change(uid, title, "unchanged" if stored.folder_uid == folder_uid else "moved")


def _without_counts(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in OF_GRAFANA}


def _diff(before: str, after: str, uid: str) -> str:
    lines = unified_diff(
        before.splitlines(keepends=True),
        after.splitlines(keepends=True),
        f"grafana/{uid}" if before else "/dev/null",
        f"rendered/{uid}",
    )
    return "".join(lines)
