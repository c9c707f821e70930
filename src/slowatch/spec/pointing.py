"""From a location inside a document to a line and a column of its file."""

from slowatch.spec.mistake import Finding, Location
from slowatch.spec.plain_data import own_pairs
from slowatch.spec.problem import Problem
from slowatch.spec.yaml_tree import Mapping, Mark, Node, Scalar, Sequence

_TEMPLATE = (
    "template-text",
    "this is template text: render the template first, then check its output",
)
_SIMPLE_ESCAPES = {'"': '"', "\\": "\\", "/": "/"}


def problem_at(finding: Finding, *, root: Node, text: str, path: str) -> Problem:
    """The problem that a finding is, at its place in the file."""
    node, key = _lookup(root, finding.location)
    for held in (node, key):
        if held is not None and _is_template(held):
            return Problem(path, *_line_and_column(held.start), *_TEMPLATE)
    line, column = _place(finding, node, key, text)
    return Problem(path, line, column, finding.code, finding.message)


def template_problem(text: str, path: str) -> Problem | None:
    """A problem at the first line that is, or has as its value, a template nobody has rendered."""
    for number, line in enumerate(text.splitlines(), 1):
        value = line.lstrip(" -")
        value = value if value.startswith("{") else value.partition(": ")[2].lstrip()
        if value.startswith(("{{", "{%")):
            return Problem(path, number, len(line) - len(value) + 1, *_TEMPLATE)
    return None


def node_at(root: Node, location: Location) -> Node:
    """The node at a location, or the closest one above it."""
    return _lookup(root, location)[0]


def line_of(node: Node) -> int:
    """The line of a node, counted from 1."""
    return node.start.line + 1


def text_of(node: Node, text: str) -> str:
    """What stands at a node, moved to the left edge; comments after it belong to what follows."""
    first, *others = text[node.start.index : node.end.index].split("\n")
    indent = node.start.column
    lines = [first, *(line[min(indent, _indent(line)) :].rstrip() for line in others)]
    while len(lines) > 1 and (not lines[-1] or lines[-1].lstrip().startswith("#")):
        lines.pop()
    return "\n".join(lines)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _is_template(node: Node) -> bool:
    """Whether a node is template text; without quotes, `{{ x }}` is a mapping as YAML sees it."""
    if isinstance(node, Scalar):
        held = node.text
        return ("{{" in held and "}}" in held) or ("{%" in held and "%}" in held)
    return isinstance(node, Mapping) and any(isinstance(key, Mapping) for key, _ in node.pairs)


def _lookup(root: Node, location: Location) -> tuple[Node, Node | None]:
    """The node at a location, or the closest one above it, and the key that it stands under."""
    node: Node = root
    key: Node | None = None
    for part in location:
        found = _child(node, part)
        if found is not None:
            node, key = found
    return node, key


def _child(node: Node, part: str | int) -> tuple[Node, Node | None] | None:
    match node:
        case Sequence() if isinstance(part, int):
            return (node.items[part], None) if part < len(node.items) else None
        case Mapping() if isinstance(part, int):
            return (node.pairs[part][1], node.pairs[part][0]) if part < len(node.pairs) else None
        case Mapping():
            for key, value in node.pairs:
                if isinstance(key, Scalar) and key.text == part:
                    return value, key
            merged = dict(own_pairs(node, (), [])).get(str(part))
            return None if merged is None else (merged, None)
    return None


def _place(finding: Finding, node: Node, key: Node | None, text: str) -> tuple[int, int]:
    if finding.at_key and key is not None:
        return _line_and_column(key.start)
    if finding.offset is not None and isinstance(node, Scalar):
        return scalar_place(node, finding.offset, text)
    return _line_and_column(node.start)


def _line_and_column(mark: Mark) -> tuple[int, int]:
    return mark.line + 1, mark.column + 1


def scalar_place(node: Scalar, offset: int, text: str) -> tuple[int, int]:
    """The line and column of the character at `offset` of a scalar's value.

    Line breaks are folded and indentation is dropped on the way from a file to a value, but every
    visible character of the value stands in the file, in order. So the n-th visible character is
    found by counting; where the two disagree the scalar's start must do.
    """
    indexes = _visible_indexes(node, text)
    visible = [place for place, character in enumerate(node.text) if not character.isspace()]
    if indexes is None or len(indexes) != len(visible) or not visible:
        return _line_and_column(node.start)
    before = sum(place < offset for place in visible)
    if before < len(visible):
        gap = visible[before] - offset if _same_line(node.text, offset, visible[before]) else 0
        return _from_index(node, indexes[before] - gap, text)
    return _from_index(node, indexes[-1] + 1, text)


def _same_line(text: str, first: int, last: int) -> bool:
    return "\n" not in text[first:last]


def _from_index(node: Scalar, index: int, text: str) -> tuple[int, int]:
    line = node.start.line + text.count("\n", node.start.index, index)
    return line + 1, index - text.rfind("\n", 0, index)


def _visible_indexes(node: Scalar, text: str) -> list[int] | None:
    """The indexes in the file of a scalar's visible characters; None where they do not match."""
    end = node.end.index
    start = _after_properties(text, node.start.index, end)
    if node.style in ("|", ">"):
        start = text.find("\n", start) + 1
    elif node.style is not None:
        start, end = start + 1, end - 1
    found: list[int] = []
    for index, character in _characters(text, start, end, node.style):
        if not character.isspace():
            found.append(index)
    expected = [character for character in node.text if not character.isspace()]
    return found if len(found) == len(expected) else None


def _after_properties(text: str, start: int, end: int) -> int:
    """Where a value starts behind its anchor and its tag, with which no value itself starts."""
    while text[start : start + 1] in ("&", "!"):
        words = text[start:end].split(maxsplit=1)
        start = end - len(words[1]) if len(words) > 1 else end
    return start


def _characters(text: str, start: int, end: int, style: str | None) -> list[tuple[int, str]]:
    """The characters that a stretch of the file stands for, each with its index."""
    found: list[tuple[int, str]] = []
    index = start
    while index < end:
        pair = text[index : index + 2]
        escaped = (style == "'" and pair == "''") or (style == '"' and pair[0] == "\\")
        character = _SIMPLE_ESCAPES.get(pair[1:], " ") if escaped and style == '"' else pair[0]
        found.append((index, character))
        index += 2 if escaped else 1
    return found
