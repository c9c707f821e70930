"""What a pipe gets instead of the live table."""

from slowatch.demo.display import line
from tests.terminal.test_table import entry


def test_line_names_the_worst() -> None:
    """What a pipe gets for every slot."""
    answer = {"slos": [entry(state="page", burn_rates={"5m": 50.0}), entry()]}
    assert line(answer, "all is well") == (
        "2 SLOs: 1 page, 1 ok; worst: shop/checkout, 5m burn 50; the play: all is well"
    )
