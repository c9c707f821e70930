"""slowatch: an SLO daemon that keeps an exact ledger of good and bad events."""

__version__: str


def __getattr__(name: str) -> str:
    """`__version__`, read from the installed package when somebody asks: that is slow."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import version

    return version("slowatch")
