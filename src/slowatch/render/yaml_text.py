"""Rules as YAML that people can read: expressions of several lines stand as they are."""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

Document = Mapping[str, Any]

_ENDLESS = 1_000_000
"""The longest line; none is folded, so that a change of one word is a change of one line."""


class _Dumper(yaml.CSafeDumper):
    """Texts of several lines become literal blocks; nothing refers to what stands elsewhere."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  whatever it is
        """Whether a value that is met again is written again."""
        return True


def _text(dumper: yaml.CSafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def yaml_text(documents: Sequence[Document], comment: str) -> str:
    """Documents under a comment, the same bytes for the same values."""
    head = "".join(f"# {line}\n" for line in comment.splitlines())
    body: str = yaml.dump_all(
        documents,
        Dumper=_Dumper,
        explicit_start=len(documents) > 1,
        sort_keys=False,
        allow_unicode=True,
        width=_ENDLESS,
    )
    return head + body
