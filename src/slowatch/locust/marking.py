"""Marks of a load test: a file with a line whenever the phase or the number of users changes."""

import json
from pathlib import Path


class Marks:
    """The lines `{"at": 1763758800.25, "phase": "ramp", "users": 37}`; `at` in Unix seconds."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last: tuple[str, int] | None = None
        path.write_text("", encoding="utf-8")

    def tell(self, at_s: float, phase: str, users: int) -> None:
        """Write a line, if it says anything new.

        Where a phase begins, its users are those at the end of the one before, which says so, too.
        """
        if self._last is not None and self._last[0] != phase:
            self.tell(at_s, self._last[0], users)
        if (phase, users) == self._last:
            return
        self._last = (phase, users)
        line = json.dumps({"at": round(at_s, 3), "phase": phase, "users": users})
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
