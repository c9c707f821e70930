"""A process that records slots one by one: `writer.py ADDRESS KEY COUNT`.

It prints a line for each, once it is written.
"""

import sys

from slowatch.ledger.ledger import Ledger
from slowatch.ledger.port import Asked, Fact, Recording
from slowatch.slo.slot import Span
from slowatch.slo.tally import slot_tally

T0 = 1_699_999_200


def write(address: str, key: str, count: int) -> None:
    """Record that many slots, each with one good event."""
    with Ledger.open(address) as ledger:
        for number in range(count):
            span = Span(T0 + number * 60, T0 + number * 60 + 60)
            fact = Fact({}, span, slot_tally(1, 1))
            ledger.record([Recording(Asked(key, "up"), span, (fact,))])
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    write(sys.argv[1], sys.argv[2], int(sys.argv[3]))
