"""From nodes to plain data: text stays text, numbers are exact, nothing is guessed.

Plain scalars are read as YAML 1.2 does: `true` and `false` are the only booleans (`on` and `yes`
are text), and a number becomes a Decimal of exactly the digits that stand in the file.
"""

import re
from decimal import Decimal

from slowatch.spec.mistake import Finding, Location
from slowatch.spec.yaml_tree import Mapping, Node, Scalar, Sequence

Plain = str | bool | Decimal | None | list["Plain"] | dict[str, "Plain"]

_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_MAX_NUMBER_LENGTH = 40
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_TAG = "tag:yaml.org,2002:"
_RESOLVED_TAGS = frozenset({None, *(_TAG + name for name in ("int", "float", "bool", "null"))})
_COLLECTION_TAGS = frozenset({None, _TAG + "map", _TAG + "seq"})


def plain_data(node: Node, location: Location = ()) -> tuple[Plain, list[Finding]]:
    """A node as plain data, and what is wrong with it whatever it means.

    Recursion is bounded by the depth that the tree allows.
    """
    findings: list[Finding] = []
    return _value(node, location, findings), findings


def _value(node: Node, location: Location, findings: list[Finding]) -> Plain:
    match node:
        case Scalar():
            return _scalar(node, location, findings)
        case Sequence():
            _check_tag(node, location, findings)
            return _items(node, location, findings)
        case Mapping():
            _check_tag(node, location, findings)
            return _pairs(node, location, findings)


def _scalar(node: Scalar, location: Location, findings: list[Finding]) -> Plain:
    if node.tag in (_TAG + "str", "!"):
        return node.text
    if node.tag not in _RESOLVED_TAGS:
        findings.append(_foreign_tag(node, location))
        return node.text
    if node.style is not None and node.tag is None:
        return node.text
    return resolved(node.text)


def resolved(text: str) -> str | bool | Decimal | None:
    """What a plain scalar means."""
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if text[0] in "0123456789.+-" and _NUMBER.fullmatch(text) and len(text) <= _MAX_NUMBER_LENGTH:
        return Decimal(text)
    return text


def _items(node: Sequence, location: Location, findings: list[Finding]) -> Plain:
    items: list[Plain] = []
    for index, item in enumerate(node.items):
        value = _value(item, (*location, index), findings)
        if value is None:
            message = "this list entry has no value: write one or remove the entry"
            findings.append(Finding((*location, index), "empty-value", message))
        items.append(value)
    return items


def _pairs(node: Mapping, location: Location, findings: list[Finding]) -> Plain:
    data: dict[str, Plain] = {}
    for key, child in own_pairs(node, location, findings):
        value = _value(child, (*location, key), findings)
        if value is None:
            message = f"`{key}` has no value: write one or remove the key"
            findings.append(Finding((*location, key), "empty-value", message, at_key=True))
        else:
            data[key] = value
    return data


def own_pairs(node: Mapping, location: Location, findings: list[Finding]) -> list[tuple[str, Node]]:
    """The pairs of a mapping by the text of their keys, with `<<` merged in; the first key wins."""
    pairs: dict[str, Node] = {}
    merged: list[Node] = []
    for index, (key, child) in enumerate(node.pairs):
        if not isinstance(key, Scalar):
            findings.append(_odd_key(location))
        elif key.text == "<<" and key.style is None:
            merged.append(child)
        elif key.text in pairs:
            findings.append(_repeated_key(key, (*location, index)))
        else:
            pairs[key.text] = child
    for child in merged:
        _merge(child, pairs, location, findings)
    return list(pairs.items())


def _merge(
    child: Node, pairs: dict[str, Node], location: Location, findings: list[Finding]
) -> None:
    sources = child.items if isinstance(child, Sequence) else [child]
    for source in sources:
        if not isinstance(source, Mapping):
            message = "`<<` merges mappings: give it the alias of one, such as `<<: *common`"
            findings.append(Finding((*location, "<<"), "yaml-syntax", message, at_key=True))
            continue
        for name, value in own_pairs(source, location, []):
            pairs.setdefault(name, value)


def _check_tag(node: Sequence | Mapping, location: Location, findings: list[Finding]) -> None:
    if node.tag not in _COLLECTION_TAGS:
        findings.append(_foreign_tag(node, location))


def _foreign_tag(node: Node, location: Location) -> Finding:
    message = f"the YAML tag `{node.tag}` means nothing here: remove it"
    return Finding(location, "yaml-tag", message)


def _odd_key(location: Location) -> Finding:
    message = "a key must be text: put it on one line, in quotes if it starts with `{`, `[` or `?`"
    return Finding(location, "yaml-syntax", message)


def _repeated_key(key: Scalar, location: Location) -> Finding:
    message = f"the key `{key.text}` stands twice in the same mapping: keep one of them"
    return Finding(location, "duplicate-key", message, at_key=True)
