"""What a pipe gets instead of the live table."""

from slowatch.demo.display import line
from tests.terminal.test_table import entry


def test_line_names_the_worst() -> None:
    """What a pipe gets for every slot."""
    answer = {"slos": [entry(state="page", burn_rates={"5m": 50.0}), entry()]}
    assert line(answer, "all is well") == (
        "2 SLOs: 1 page, 1 ok; worst: shop/checkout, 5m burn 50; no alert fires; "
        "the play: all is well"
    )


def test_line_counts_the_alerts_that_fire_and_names_the_first() -> None:
    """A page goes before a ticket; what is pending does not count."""
    low = {"alert": "ErrorBudgetLow", "severity": "ticket", "state": "firing"}
    burn = {"alert": "ErrorBudgetBurn", "severity": "page", "state": "firing"}
    pending = {"alert": "SliAbsent", "severity": "ticket", "state": "pending"}
    worst = entry(state="page", group={"region": "eu"}, alerts=[low, burn, pending])
    told = line({"slos": [worst, entry(alerts=[low])]}, "all is well")
    assert "; 3 alerts fire: ErrorBudgetBurn (page) shop/checkout region=eu …; " in told
    told = line({"slos": [entry(alerts=[low])]}, "all is well")
    assert "; 1 alert fires: ErrorBudgetLow (ticket) shop/checkout; " in told
