"""One file's text becomes its SLOs and its problems."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from slowatch.spec.compiled import CompiledSlo
from slowatch.spec.compiling import DEFAULT_WINDOW, Origin, compile_slo
from slowatch.spec.documents import API_VERSION, SpecDocument
from slowatch.spec.mistake import Finding, Mistake
from slowatch.spec.plain_data import Plain, plain_data
from slowatch.spec.pointing import line_of, node_at, problem_at, template_problem, text_of
from slowatch.spec.policies import named_policy
from slowatch.spec.problem import Problem
from slowatch.spec.validating import Validated, limited, validate
from slowatch.spec.yaml_tree import Node, Scalar, YamlMistake, read_documents


@dataclass(frozen=True, slots=True)
class Entry:
    """An SLO that a file names, where it does so, and what it means if nothing is wrong with it."""

    id: str
    line: int
    column: int
    slo: CompiledSlo | None


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one file holds."""

    path: str
    entries: list[Entry] = field(default_factory=list)
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
        slos, mistakes = _compile(validated, root, text, parsed.path)
        findings = [*validated.findings, *limited(mistakes)]
        parsed.entries.extend(_entries(data, slos, root))
    problems = (problem_at(found, root=root, text=text, path=parsed.path) for found in findings)
    parsed.problems.extend(dict.fromkeys(problems))


def _foreign_version(data: dict[str, Plain]) -> Finding:
    if "apiVersion" not in data:
        message = f"the key `apiVersion` is missing: add `apiVersion: {API_VERSION}`"
        return Finding((), "unknown-api-version", message)
    message = f"this apiVersion is not known: write `{API_VERSION}`"
    return Finding(("apiVersion",), "unknown-api-version", message)


def _compile(
    validated: Validated, root: Node, text: str, path: str
) -> tuple[dict[int, CompiledSlo], list[Finding]]:
    """The SLOs of a document by their place in its list, and those that contradict themselves."""
    slos: dict[int, CompiledSlo] = {}
    findings: list[Finding] = []
    spec = validated.document
    if spec is None:
        return slos, findings
    findings.extend(_policy_findings(spec))
    for index, document in zip(validated.indexes, spec.slos, strict=True):
        node = node_at(root, ("slos", index))
        origin = Origin(path, line_of(node), text_of(node, text))
        try:
            slos[index] = compile_slo(document, spec, origin)
        except Mistake as mistake:
            location = ("slos", index, *mistake.at)
            findings.append(Finding(location, mistake.code, mistake.message))
    return slos, findings


def _policy_findings(spec: SpecDocument) -> Iterator[Finding]:
    """What is wrong with the policies that a document writes down, used or not."""
    for name in spec.policies:
        try:
            named_policy(name, spec.policies, DEFAULT_WINDOW.length_s)
        except Mistake as mistake:
            yield Finding(("policies", name, "based_on"), mistake.code, mistake.message)


def _entries(data: dict[str, Plain], slos: dict[int, CompiledSlo], root: Node) -> list[Entry]:
    """The SLOs of a document that have a name, right or wrong otherwise."""
    service, documents = data.get("service"), data.get("slos")
    found = []
    for index, document in enumerate(documents if isinstance(documents, list) else ()):
        name = document.get("name") if isinstance(document, dict) else None
        if isinstance(service, str) and isinstance(name, str):
            mark = node_at(root, ("slos", index, "name")).start
            slo = slos.get(index)
            found.append(Entry(f"{service}/{name}", mark.line + 1, mark.column + 1, slo))
    return found
