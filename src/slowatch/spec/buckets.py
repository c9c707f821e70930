"""How clients write the bound of a classic histogram's bucket into its `le` label."""

from decimal import Decimal

from slowatch.spec.compiled import Matcher


def bucket_matcher(bound: Decimal) -> Matcher:
    """The matcher of `le` for a bound, whichever client library wrote it.

    Go and Prometheus 2 write `2`, OpenMetrics and Prometheus 3 write `2.0`; very small and very
    large bounds get an exponent, at other sizes in Go (`1e+06`) than in Java (`1.0E7`).
    """
    spellings = bound_spellings(bound)
    if len(spellings) == 1:
        return Matcher("le", "=", spellings[0])
    alternatives = (text.replace(".", "\\.").replace("+", "\\+") for text in spellings)
    return Matcher("le", "=~", "|".join(alternatives))


def bound_spellings(bound: Decimal) -> tuple[str, ...]:
    """Every way a client writes a bound, the shortest way first."""
    plain = plain_number(bound)
    spellings = [plain] if "." in plain else [plain, f"{plain}.0"]
    return tuple(spellings + _with_exponent(bound))


def plain_number(number: Decimal) -> str:
    """A number without an exponent and without needless zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _with_exponent(bound: Decimal) -> list[str]:
    """Go's `%g` below 1e-4 and from 1e21 on, or 1e6 in its text format; Java's below 1e-3."""
    exponent = bound.adjusted()
    mantissa = plain_number(bound.scaleb(-exponent))
    found = []
    if exponent < -4 or exponent >= 6:
        found.append(f"{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}")
    if exponent < -3 or exponent >= 7:
        found.append(f"{mantissa if '.' in mantissa else mantissa + '.0'}E{exponent}")
    return found
