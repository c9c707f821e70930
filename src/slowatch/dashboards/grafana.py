"""A Grafana, by its HTTP API: folders and dashboards are looked up, made and overwritten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import urlencode

import httpx

from slowatch.source.connection import Connection, http_client
from slowatch.source.errors import Misconfigured

MOST_TOLD = 300
"""Characters of an answer that are told at most."""
MOST = 5000
"""Dashboards that a Grafana lists at once."""
_NO_ANSWER = "this is no answer of a Grafana"
_MEANINGS: Mapping[int, str] = {
    HTTPStatus.UNAUTHORIZED: "it does not know the token; give one of a service account",
    HTTPStatus.FORBIDDEN: "the token may not do that; it takes the role Editor, or the permissions "
    "dashboards:write, dashboards:create, folders:read and folders:create",
    HTTPStatus.NOT_FOUND: "there is no Grafana API at this address; give its root, such as "
    "https://example.org/grafana",
    HTTPStatus.CONFLICT: "something else has that name already",
    HTTPStatus.PRECONDITION_FAILED: "something else has that name or uid already, or belongs to a "
    "plugin",
}


class GrafanaError(Exception):
    """A Grafana did not do what it was asked for; the message says why, without any secret."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A dashboard as a Grafana has it, and the uid of its folder."""

    document: Mapping[str, Any]
    folder_uid: str


class Grafana:
    """One Grafana, as a context manager; every method raises GrafanaError."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        try:
            self._client = http_client(connection)
        except Misconfigured as error:
            raise GrafanaError(str(error).replace("a Prometheus", "a Grafana")) from error

    def has_folder(self, uid: str) -> bool:
        """Whether there is a folder; the first question, so that a wrong address is told of."""
        return self._found(f"api/folders/{uid}", "folder") is not None

    def create_folder(self, uid: str, title: str) -> None:
        """Make a folder."""
        self._post("api/folders", {"uid": uid, "title": title}, "create the folder")

    def dashboard(self, uid: str) -> Stored | None:
        """A dashboard, None where there is none of that uid."""
        answer = self._found(f"api/dashboards/uid/{uid}", "dashboard")
        if answer is None:
            return None
        document, meta = answer.get("dashboard"), answer.get("meta")
        if not isinstance(document, dict) or not isinstance(meta, dict):
            raise GrafanaError(f"look up a dashboard: {_NO_ANSWER}")
        return Stored(document, str(meta.get("folderUid", "")))

    def dashboards(self, folder_uid: str, tag: str) -> Mapping[str, str]:
        """The titles of all dashboards with a tag in a folder, by their uids."""
        act = "look up dashboards"
        query = urlencode({"type": "dash-db", "tag": tag, "folderUIDs": folder_uid, "limit": MOST})
        found = self._listed(self._ask("GET", f"api/search?{query}", act), act)
        return {
            str(one["uid"]): str(one.get("title", one["uid"]))
            for one in found
            if isinstance(one, dict) and "uid" in one and one.get("folderUid") == folder_uid
        }

    def save(self, document: Mapping[str, Any], folder_uid: str) -> None:
        """Write a dashboard over whatever has its uid."""
        body = {
            "dashboard": {**document, "id": None},
            "folderUid": folder_uid,
            "message": "slowatch push-dashboards",
            "overwrite": True,
        }
        self._post("api/dashboards/db", body, f"save {document['uid']}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._client.close()

    def _found(self, path: str, what: str) -> Mapping[str, Any] | None:
        """An object, None where Grafana itself says that there is none."""
        act = f"look up the {what}"
        response = self._ask("GET", path, act)
        if response.status_code == HTTPStatus.NOT_FOUND and _message(response) is not None:
            return None
        return self._answer(response, act)

    def _post(self, path: str, body: Mapping[str, Any], act: str) -> None:
        self._answer(self._ask("POST", path, act, body), act)

    def _ask(
        self, method: str, path: str, act: str, body: Mapping[str, Any] | None = None
    ) -> httpx.Response:
        try:
            return self._client.request(method, path, json=body)
        except Misconfigured as error:
            raise GrafanaError(f"{act}: {error}") from error
        except httpx.TimeoutException as error:
            raise GrafanaError(f"{act}: no answer came in time") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            why = self._safe(str(error)) or type(error).__name__
            raise GrafanaError(
                f"{act}: {self._connection.shown_url} cannot be reached: {why}"
            ) from error

    def _answer(self, response: httpx.Response, act: str) -> Mapping[str, Any]:
        answer = self._json(response, act)
        if not isinstance(answer, dict):
            raise GrafanaError(f"{act}: {_NO_ANSWER}")
        return answer

    def _listed(self, response: httpx.Response, act: str) -> Sequence[Any]:
        answer = self._json(response, act)
        if not isinstance(answer, list):
            raise GrafanaError(f"{act}: {_NO_ANSWER}")
        return answer

    def _json(self, response: httpx.Response, act: str) -> object:
        if not response.is_success:
            raise GrafanaError(f"{act}: {self._refusal(response)}")
        try:
            found: object = response.json()
        except ValueError:
            return None
        return found

    def _refusal(self, response: httpx.Response) -> str:
        """What was answered, in its words and in ours."""
        told = f"HTTP {response.status_code}"
        said = _message(response)
        if said:
            told += f", {self._safe(said)!r}"
        meaning = _MEANINGS.get(response.status_code)
        return f"{told}: {meaning}" if meaning else told

    def _safe(self, text: str) -> str:
        """What somebody else said, cut short, without the secrets that it may repeat."""
        for secret in (self._connection.password, self._connection.bearer_token):
            text = text.replace(secret, "…") if secret else text
        return " ".join(text.split())[:MOST_TOLD]


def _message(response: httpx.Response) -> str | None:
    """What Grafana says in words; None where the answer is not one of a Grafana."""
    try:
        answer = response.json()
    except ValueError:
        return None
    message = answer.get("message") if isinstance(answer, dict) else None
    return message if isinstance(message, str) else None
