"""Rendered views are kept within bounds, and none holds up another for long."""

import threading

from starlette.datastructures import QueryParams

from slowatch.evaluate.snapshot import Snapshot
from slowatch.page.asked_for import view_of
from slowatch.page.keeping import Facts, Kept
from slowatch.page.notices import notices
from slowatch.page.rendering import Rendered
from tests.page.standing import Paged, shop

WITHIN_S = 10


def facts_of(paged: Paged) -> Facts:
    """What a view is drawn from."""
    return paged.snapshot, paged.trends, notices(paged, 0.0)


def drawn(size: int) -> Rendered:
    """A page of so many bytes, compressed to none."""
    return Rendered(b"x" * size, b"", "W/")


def never() -> Rendered:
    """Fails where something is drawn."""
    raise AssertionError


def test_views_take_no_more_than_their_bytes() -> None:
    """3 of 40 do not fit into 100; what was asked for the longest ago goes."""
    kept, facts = Kept(most_bytes=100), facts_of(shop())
    one, two, three = (view_of(QueryParams(q=word)) for word in ("a", "b", "c"))
    kept.view(one, facts, lambda: drawn(40))
    kept.view(two, facts, lambda: drawn(40))
    kept.view(one, facts, never)
    kept.view(three, facts, lambda: drawn(40))
    assert kept.size == 80
    kept.view(one, facts, never)
    again = kept.view(two, facts, lambda: drawn(1))
    assert len(again.html) == 1


def test_a_view_that_is_too_large_is_shown_and_not_kept() -> None:
    kept, facts = Kept(most_bytes=100), facts_of(shop())
    assert len(kept.view(view_of(QueryParams()), facts, lambda: drawn(101)).html) == 101
    assert kept.size == 0


def test_what_anybody_searches_for_does_not_fill_the_memory() -> None:
    kept, facts = Kept(most_bytes=1000), facts_of(shop())
    for number in range(500):
        kept.view(view_of(QueryParams({"label.x": str(number)})), facts, lambda: drawn(99))
    assert kept.size == 990


def test_nothing_of_an_older_snapshot_is_kept() -> None:
    """Also what was still being drawn when the newer one came."""
    kept, paged = Kept(), shop()
    old = facts_of(paged)
    paged.snapshot = Snapshot(old[0].as_of_s + 60, 60, ())
    new, whole = facts_of(paged), view_of(QueryParams())

    def slowly() -> Rendered:
        kept.view(view_of(QueryParams(q="x")), new, lambda: drawn(1))
        return drawn(7)

    assert len(kept.view(whole, old, slowly).html) == 7
    assert kept.size == 1
    assert len(kept.view(whole, new, lambda: drawn(2)).html) == 2


def test_a_view_is_drawn_once_for_all_who_wait_for_it() -> None:
    kept, facts, whole = Kept(), facts_of(shop()), view_of(QueryParams())
    start, go, calls = threading.Event(), threading.Event(), []

    def slowly() -> Rendered:
        calls.append(1)
        start.set()
        assert go.wait(WITHIN_S)
        return drawn(1)

    readers = [threading.Thread(target=kept.view, args=(whole, facts, slowly)) for _ in range(3)]
    for reader in readers:
        reader.start()
    assert start.wait(WITHIN_S)
    go.set()
    for reader in readers:
        reader.join(WITHIN_S)
    assert calls == [1]


def test_a_slow_search_does_not_hold_up_who_wants_to_see_all() -> None:
    """Neither a view that is there already nor one that has to be drawn."""
    kept, facts = Kept(), facts_of(shop())
    start, go = threading.Event(), threading.Event()

    def slowly() -> Rendered:
        start.set()
        assert go.wait(WITHIN_S)
        return drawn(1)

    search = view_of(QueryParams(q="x"))
    searching = threading.Thread(target=kept.view, args=(search, facts, slowly))
    searching.start()
    assert start.wait(WITHIN_S)
    whole = view_of(QueryParams())
    kept.view(whole, facts, lambda: drawn(1))
    kept.view(whole, facts, never)
    go.set()
    searching.join(WITHIN_S)
