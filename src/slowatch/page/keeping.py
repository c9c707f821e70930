"""Views of one snapshot, kept as they were rendered: drawn once each, and within some bytes."""

import threading
from collections import OrderedDict
from collections.abc import Callable

from slowatch.evaluate.snapshot import Snapshot
from slowatch.evaluate.trends import Trends
from slowatch.page.asked_for import View
from slowatch.page.notices import Notices
from slowatch.page.rendering import Rendered

MOST_BYTES = 16 * 2**20
"""What all views that are kept may take: anybody can ask for any number of them."""

Facts = tuple[Snapshot, Trends, Notices]
"""What a view is drawn from."""


class Kept:
    """Views by their queries; what was not asked for the longest goes first.

    One view is drawn at a time, so that readers leave slowatch time for its slots; those of all
    SLOs, which most people look at, do not wait for those that somebody searches for.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._table = threading.Lock()
        self._whole, self._searched = threading.Lock(), threading.Lock()
        self._facts: Facts | None = None
        self._views: OrderedDict[str, Rendered] = OrderedDict()

    @property
    def size(self) -> int:
        """What all of them take, in bytes."""
        return sum(map(_size, self._views.values()))

    def view(self, view: View, facts: Facts, draw: Callable[[], Rendered]) -> Rendered:
        """A view as it was drawn from these facts, by now if it was not before."""
        key = view.query()
        found = self._find(key, facts)
        if found is not None:
            return found
        with self._whole if view.is_whole else self._searched:
            found = self._find(key, facts)  # somebody else may have waited for it, too
            return self._keep(key, facts, draw()) if found is None else found

    def _find(self, key: str, facts: Facts) -> Rendered | None:
        with self._table:
            if not _are_same(self._facts, facts):
                return None
            if key in self._views:
                self._views.move_to_end(key)
            return self._views.get(key)

    def _keep(self, key: str, facts: Facts, page: Rendered) -> Rendered:
        with self._table:
            if self._facts is not None and facts[0].as_of_s < self._facts[0].as_of_s:
                return page  # newer facts have come while it was drawn
            if not _are_same(self._facts, facts):
                self._facts = facts
                self._views.clear()
            self._views[key] = page
            while self.size > self._most_bytes:
                self._views.popitem(last=False)
        return page


def _are_same(ours: Facts | None, theirs: Facts) -> bool:
    """Snapshots and trends are never changed: whether they are equal need not be looked up."""
    if ours is None:
        return False
    return ours[0] is theirs[0] and ours[1] is theirs[1] and ours[2] == theirs[2]


def _size(page: Rendered) -> int:
    return len(page.html) + len(page.gzipped)
