"""The `slowatch` command."""


def main() -> None:
    """Run the command line."""
