"""A Grafana that a test plays, after its documented HTTP API: folders, dashboards, tokens.

https://grafana.com/docs/grafana/latest/developers/http_api/dashboard/ and …/folder/
"""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

TOKEN = "glsa_hunter2"  # noqa: S105  nobody's

Answer = tuple[int, Mapping[str, Any] | list[dict[str, Any]]]


@dataclass(slots=True)
class FakeGrafana:
    """What it has, and what it was asked; `refuses` is answered to everything, if set."""

    port: int = 0
    folders: dict[str, str] = field(default_factory=dict)
    dashboards: dict[str, dict[str, Any]] = field(default_factory=dict)
    folder_of: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    refuses: Answer | None = None
    page: str | None = None

    @property
    def url(self) -> str:
        """Its address, under a path as behind a proxy."""
        return f"http://127.0.0.1:{self.port}/grafana"

    @property
    def written(self) -> list[str]:
        """The requests that change something."""
        return [one for one in self.asked if one.startswith("POST")]

    def answer(self, method: str, path: str, token: str, body: Mapping[str, Any]) -> Answer:
        """What a Grafana answers."""
        self.asked.append(f"{method} {path}")
        if self.refuses is not None:
            return self.refuses
        if token != f"Bearer {TOKEN}":
            return 401, {"message": "Invalid API key"}
        path, _, query = path.partition("?")
        match method, path.removeprefix("/grafana/api/").split("/"):
            case "GET", ["search"]:
                return self._search({name: one[0] for name, one in parse_qs(query).items()})
            case "GET", ["folders", uid]:
                return self._folder(uid)
            case "POST", ["folders"]:
                return self._create_folder(body)
            case "GET", ["dashboards", "uid", uid]:
                return self._dashboard(uid)
            case "POST", ["dashboards", "db"]:
                return self._save(body)
        return 404, {"message": "Not found"}

    def _search(self, wanted: Mapping[str, str]) -> Answer:
        assert wanted["type"] == "dash-db"
        found = [
            {"uid": uid, "title": one["title"], "folderUid": self.folder_of[uid]}
            for uid, one in self.dashboards.items()
            if wanted["tag"] in one.get("tags", ()) and self.folder_of[uid] == wanted["folderUIDs"]
        ]
        return 200, found

    def _folder(self, uid: str) -> Answer:
        if uid not in self.folders:
            return 404, {"message": "folder not found", "status": "not-found"}
        return 200, {"id": 1, "uid": uid, "title": self.folders[uid]}

    def _create_folder(self, body: Mapping[str, Any]) -> Answer:
        if body["uid"] in self.folders:
            return 409, {"message": "a folder with the same name already exists"}
        self.folders[body["uid"]] = body["title"]
        return 200, {"id": 1, "uid": body["uid"], "title": body["title"]}

    def _dashboard(self, uid: str) -> Answer:
        if uid not in self.dashboards:
            return 404, {"message": "Dashboard not found"}
        meta = {"isFolder": False, "folderUid": self.folder_of[uid], "slug": uid}
        return 200, {"dashboard": self.dashboards[uid], "meta": meta}

    def _save(self, body: Mapping[str, Any]) -> Answer:
        one, folder = body["dashboard"], body["folderUid"]
        if folder not in self.folders:
            return 400, {"message": "folder not found"}
        known = self.dashboards.get(one["uid"])
        if known is not None and not body["overwrite"]:
            told = "The dashboard has been changed by someone else"
            return 412, {"message": told, "status": "version-mismatch"}
        counted = {"id": len(self.dashboards) + 1, "version": 1}
        if known is not None:
            counted = {"id": known["id"], "version": known["version"] + 1}
        self.dashboards[one["uid"]] = {**one, **counted}
        self.folder_of[one["uid"]] = folder
        return 200, {"uid": one["uid"], "status": "success", **counted}


@contextmanager
def fake_grafana() -> Iterator[FakeGrafana]:
    """Serve it on a free loopback port."""
    grafana = FakeGrafana()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            assert self.headers["Content-Type"] == "application/json"
            self._answer(json.loads(self.rfile.read(length)))

        def _answer(self, body: Mapping[str, Any]) -> None:
            token = self.headers.get("Authorization", "")
            status, told = grafana.answer(self.command, self.path, token, body)
            said = (json.dumps(told) if grafana.page is None else grafana.page).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    grafana.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield grafana
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
