"""Writes the rule groups inside operators' resources as a plain rule file, for promtool."""

import sys

import yaml


def main() -> None:
    """From standard input to standard output."""
    documents = yaml.safe_load_all(sys.stdin)
    groups = [group for document in documents for group in document.get("spec", document)["groups"]]
    yaml.safe_dump({"groups": groups}, sys.stdout, sort_keys=True, allow_unicode=True)


if __name__ == "__main__":
    main()
