"""YAML text as a tree of nodes that remember where they stand.

The tree is built from the event stream without recursion, so that neither deep nesting nor aliases
that multiply can exhaust a stack or the memory: both are bounded while events are read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, cast

import yaml

from slowatch.spec.mistake import Mistake
from slowatch.spec.problem import ProblemCode

MAX_NODES = 100_000
MAX_DEPTH = 50


class Mark(Protocol):
    """A place in the text, counted from 0; `index` counts characters."""

    index: int
    line: int
    column: int


@dataclass(slots=True)
class Scalar:
    """One value as text; `style` is None where it is plain, else the sign that it starts with."""

    start: Mark
    end: Mark
    text: str
    style: str | None
    tag: str | None


@dataclass(slots=True)
class Sequence:
    """A list of nodes."""

    start: Mark
    end: Mark
    items: list["Node"]
    tag: str | None


@dataclass(slots=True)
class Mapping:
    """Pairs of nodes in the order they stand; keys may repeat and need not be scalars."""

    start: Mark
    end: Mark
    pairs: list[tuple["Node", "Node"]]
    tag: str | None


Node = Scalar | Sequence | Mapping


class YamlMistake(Mistake):
    """A file that cannot be read further than a line and a column, both counted from 1."""

    def __init__(self, code: ProblemCode, message: str, mark: Mark | None = None) -> None:
        super().__init__(code, message)
        self.line = mark.line + 1 if mark else 1
        self.column = mark.column + 1 if mark else 1


@dataclass(slots=True)
class _Open:
    """A collection whose end has not been read yet."""

    event: yaml.CollectionStartEvent
    children: list[Node]
    weight: int = 1
    height: int = 1


@dataclass(frozen=True, slots=True)
class _Anchored:
    node: Node
    weight: int
    height: int


class _Builder:
    """Builds documents from events, one event at a time."""

    def __init__(self) -> None:
        self._open: list[_Open] = []
        self._anchors: dict[str, _Anchored | None] = {}
        self._nodes = 0

    def take(self, event: yaml.Event) -> Node | None:
        """Take one event; the root node when it ends a document's root."""
        match event:
            case yaml.ScalarEvent():
                scalar = Scalar(*_marks(event), event.value, event.style or None, event.tag)
                return self._add(event, _Anchored(scalar, 1, 1), event.anchor)
            case yaml.CollectionStartEvent():
                self._enter(event)
            case yaml.CollectionEndEvent():
                return self._leave(event)
            case yaml.AliasEvent():
                return self._add(event, self._aliased(event), None)
            case yaml.DocumentStartEvent():
                self._anchors.clear()
        return None

    def _enter(self, event: yaml.CollectionStartEvent) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise _too_deep(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        self._open.append(_Open(event, []))

    def _leave(self, event: yaml.CollectionEndEvent) -> Node | None:
        opened = self._open.pop()
        start, end = _marks(opened.event)[0], _marks(event)[1]
        node: Node
        if isinstance(event, yaml.MappingEndEvent):
            pairs = list(zip(opened.children[::2], opened.children[1::2], strict=True))
            node = Mapping(start, end, pairs, opened.event.tag)
        else:
            node = Sequence(start, end, opened.children, opened.event.tag)
        built = _Anchored(node, opened.weight, opened.height)
        return self._add(event, built, opened.event.anchor)

    def _add(self, event: yaml.Event, built: _Anchored, anchor: str | None) -> Node | None:
        if anchor is not None:
            self._anchors[anchor] = built
        self._count(event, built)
        if not self._open:
            return built.node
        parent = self._open[-1]
        parent.children.append(built.node)
        parent.weight += built.weight
        parent.height = max(parent.height, built.height + 1)
        return None

    def _count(self, event: yaml.Event, built: _Anchored) -> None:
        is_collection = isinstance(event, yaml.CollectionEndEvent)
        self._nodes += 1 if is_collection else built.weight
        if self._nodes > MAX_NODES:
            message = f"the file holds more than {MAX_NODES:,} values: split it into several files"
            raise YamlMistake("too-large", message, _marks(event)[0])
        if len(self._open) + built.height > MAX_DEPTH + 1:
            raise _too_deep(event)

    def _aliased(self, event: yaml.AliasEvent) -> _Anchored:
        name = event.anchor
        if name not in self._anchors:
            message = f"there is no anchor `&{name}` before this alias: add it or write the value"
            raise YamlMistake("yaml-syntax", message, _marks(event)[0])
        anchored = self._anchors[name]
        if anchored is None:
            message = f"the alias `*{name}` stands inside its own anchor: write the value out"
            raise YamlMistake("yaml-syntax", message, _marks(event)[0])
        return anchored


def read_documents(text: str) -> Iterator[Node]:
    """The root nodes of a YAML text's documents, one by one.

    Raises YamlMistake at the place from which on the text cannot be read.
    """
    builder = _Builder()
    try:
        parser = yaml.CSafeLoader(text)
        while parser.check_event():
            root = builder.take(cast("yaml.Event", parser.get_event()))
            if root is not None:
                yield root
    except yaml.MarkedYAMLError as error:
        raise _syntax_mistake(error) from error
    except yaml.YAMLError as error:
        raise _character_mistake(error, text) from error


def _marks(event: yaml.Event) -> tuple[Mark, Mark]:
    return cast("Mark", event.start_mark), cast("Mark", event.end_mark)


def _too_deep(event: yaml.Event) -> YamlMistake:
    message = f"values are nested more than {MAX_DEPTH} deep: flatten them"
    return YamlMistake("too-deep", message, _marks(event)[0])


def _syntax_mistake(error: yaml.MarkedYAMLError) -> YamlMistake:
    what = ", ".join(part for part in (error.context, error.problem) if part)
    message = f"this is not YAML: {what}; check the indentation and the quotes around here"
    return YamlMistake("yaml-syntax", message, cast("Mark", error.problem_mark))


def _character_mistake(error: yaml.YAMLError, text: str) -> YamlMistake:
    index = getattr(error, "position", 0)
    before = text[:index]
    mistake = YamlMistake(
        "yaml-syntax", f"YAML does not allow the character {text[index : index + 1]!r}: remove it"
    )
    mistake.line = before.count("\n") + 1
    mistake.column = index - (before.rfind("\n") + 1) + 1
    return mistake
