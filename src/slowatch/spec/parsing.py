"""One file's text becomes its SLOs, its runs and its problems."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from slowatch.spec.compiled import CompiledSlo
from slowatch.spec.compiled_runs import CompiledRun
from slowatch.spec.compiling import DEFAULT_WINDOW, Origin, compile_slo
from slowatch.spec.documents import API_VERSION, SpecDocument
from slowatch.spec.mistake import Finding, Mistake
from slowatch.spec.named import Names
from slowatch.spec.plain_data import Plain, plain_data
from slowatch.spec.pointing import line_of, node_at, problem_at, template_problem, text_of
from slowatch.spec.policies import named_policy
from slowatch.spec.problem import Problem
from slowatch.spec.run_compiling import RunFindings, compile_run, slos_named
from slowatch.spec.validating import Validated, limited, validate
from slowatch.spec.yaml_tree import Node, Scalar, YamlMistake, read_documents

Compiled = TypeVar("Compiled", CompiledSlo, CompiledRun)


@dataclass(frozen=True, slots=True)
class Entry(Generic[Compiled]):
    """An SLO or a run that a file names, where it does so, and what it means if it is right."""

    id: str
    line: int
    column: int
    compiled: Compiled | None


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one file holds."""

    path: str
    slos: list[Entry[CompiledSlo]] = field(default_factory=list)
    runs: list[Entry[CompiledRun]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether it holds no mistake; warnings are none."""
        return not any(problem.is_mistake for problem in self.problems)


def parse_file(text: str, path: str) -> Parsed:
    """Parse a file's text; a document before a place that is not YAML still counts."""
    parsed = Parsed(path)
    documents = 0
    try:
        for root in read_documents(text):
            if not _is_blank(root):
                documents += 1
                _add_document(parsed, root, text)
    except YamlMistake as mistake:
        parsed.problems.append(_unreadable(mistake, text, path))
    if not documents and not parsed.problems:
        message = "the file holds no document: write an SLO spec or remove the file"
        parsed.problems.append(Problem(path, 1, 1, "empty-file", message))
    return parsed


def _is_blank(root: Node) -> bool:
    return isinstance(root, Scalar) and root.text == "" and root.style is None


def _unreadable(mistake: YamlMistake, text: str, path: str) -> Problem:
    if mistake.code == "yaml-syntax":
        template = template_problem(text, path)
        if template is not None:
            return template
    return Problem(path, mistake.line, mistake.column, mistake.code, mistake.message)


def _add_document(parsed: Parsed, root: Node, text: str) -> None:
    data, findings = plain_data(root)
    if not isinstance(data, dict):
        message = "a document must be a mapping that starts with `apiVersion`: write one"
        findings.append(Finding((), "wrong-type", message))
    elif data.get("apiVersion") != API_VERSION:
        findings = [_foreign_version(data)]
    else:
        validated = validate(data, findings)
        place = _Place(root, text, parsed.path)
        slos, mistakes = _compile(validated, place)
        names = Names(_slos_by_name(data, slos), tuple(_names(data, "runs").values()))
        runs, run_mistakes = _compile_runs(validated, names, place)
        findings = [*validated.findings, *limited([*mistakes, *run_mistakes])]
        parsed.slos.extend(_entries(data, "slos", slos, root))
        parsed.runs.extend(_entries(data, "runs", runs, root))
    problems = (problem_at(found, root=root, text=text, path=parsed.path) for found in findings)
    parsed.problems.extend(dict.fromkeys(problems))


def _foreign_version(data: dict[str, Plain]) -> Finding:
    if "apiVersion" not in data:
        message = f"the key `apiVersion` is missing: add `apiVersion: {API_VERSION}`"
        return Finding((), "unknown-api-version", message)
    message = f"this apiVersion is not known: write `{API_VERSION}`"
    return Finding(("apiVersion",), "unknown-api-version", message)


@dataclass(frozen=True, slots=True)
class _Place:
    """A document, and the file that it stands in."""

    root: Node
    text: str
    path: str

    def origin(self, key: str, index: int) -> Origin:
        """Where an entry of a list stands, and what stands there."""
        node = node_at(self.root, (key, index))
        return Origin(self.path, line_of(node), text_of(node, self.text))


def _compile(validated: Validated, place: _Place) -> tuple[dict[int, CompiledSlo], list[Finding]]:
    """The SLOs of a document by their place in its list, and those that contradict themselves."""
    slos: dict[int, CompiledSlo] = {}
    findings: list[Finding] = []
    spec = validated.document
    if spec is None:
        return slos, findings
    findings.extend(_policy_findings(spec))
    for index, document in zip(validated.indexes, spec.slos, strict=True):
        try:
            slos[index] = compile_slo(document, spec, place.origin("slos", index))
        except Mistake as mistake:
            location = ("slos", index, *mistake.at)
            findings.append(Finding(location, mistake.code, mistake.message))
    return slos, findings


def _compile_runs(
    validated: Validated, names: Names, place: _Place
) -> tuple[dict[int, CompiledRun], list[Finding]]:
    """The runs of a document by their place in its list, and what is wrong with the others.

    Of one that rests on an SLO that is wrong nothing is said: it is said of the SLO.
    """
    runs: dict[int, CompiledRun] = {}
    findings: list[Finding] = []
    spec = validated.document
    if spec is None:
        return runs, findings
    wrong = {name for name, slo in names.slos.items() if slo is None}
    for index, document in zip(validated.run_indexes, spec.runs, strict=True):
        if wrong & slos_named(document, names):
            continue
        found = RunFindings(("runs", index))
        run = compile_run(document, spec, names, place.origin("runs", index), found)
        findings.extend(found.findings)
        if run is not None:
            runs[index] = run
    return runs, findings


def _policy_findings(spec: SpecDocument) -> Iterator[Finding]:
    """What is wrong with the policies that a document writes down, used or not."""
    for name in spec.policies:
        try:
            named_policy(name, spec.policies, DEFAULT_WINDOW.length_s)
        except Mistake as mistake:
            yield Finding(("policies", name, "based_on"), mistake.code, mistake.message)


def _entries(
    data: dict[str, Plain], key: str, right: Mapping[int, Compiled], root: Node
) -> Iterator[Entry[Compiled]]:
    """The entries of a list of a document that have a name, right or wrong otherwise."""
    service = data.get("service")
    if isinstance(service, str):
        for index, name in _names(data, key).items():
            mark = node_at(root, (key, index, "name")).start
            yield Entry(f"{service}/{name}", mark.line + 1, mark.column + 1, right.get(index))


def _slos_by_name(
    data: dict[str, Plain], slos: Mapping[int, CompiledSlo]
) -> Mapping[str, CompiledSlo | None]:
    """Every SLO by its name, also those that are wrong; of two, the first."""
    found: dict[str, CompiledSlo | None] = {}
    for index, name in _names(data, "slos").items():
        found.setdefault(name, slos.get(index))
    return found


def _names(data: dict[str, Plain], key: str) -> dict[int, str]:
    """The names in a list of a document, by their places in it."""
    documents = data.get(key)
    listed = documents if isinstance(documents, list) else []
    names = ((i, one.get("name")) for i, one in enumerate(listed) if isinstance(one, dict))
    return {index: name for index, name in names if isinstance(name, str)}
