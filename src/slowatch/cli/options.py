"""Options that several commands have, each written once."""

from pathlib import Path
from typing import Annotated, Optional

import typer

Paths = Annotated[Optional[list[Path]], typer.Argument(help="Spec files or folders.")]  # noqa: UP045
RulesOption = Annotated[
    Optional[list[Path]],  # noqa: UP045
    typer.Option("--rules", help="Spec files or folders; may be given several times."),
]
PrometheusOption = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--prometheus", help="Address of Prometheus, such as http://localhost:9090."),
]
StateOption = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--state", help="The ledger: a file, or postgresql://user:pass@host/db."),
]
SlotOption = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--slot", help="Length of a slot, such as 60s."),
]
ConfigOption = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option("--config", help="Settings file; ./slowatch.yaml where it exists."),
]

OutputOption = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option("--output", "-o", help="Write to this file, whole; standard output by default."),
]
ScrapeOption = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--scrape-interval", help="Of the targets; 15s, or what the settings say."),
]
DiscoveredScrapeOption = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--scrape-interval", help="Of the targets, such as 15s; discovered if not given."),
]
SourceOption = Annotated[
    str,
    typer.Option("--source", help="prometheus: over recorded rules; slowatch: over its gauges."),
]
OfOption = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--of", help="Only SLOs that are asked of this source, such as default."),
]
ExternalUrlOption = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--external-url", help="Where people reach slowatch, for links."),
]
PrometheusLinkOption = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--prometheus", help="Where people reach Prometheus, for links."),
]
JunitOption = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option("--junit", help="Write JUnit XML to this file."),
]
MarkdownOption = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option("--markdown", help="Write Markdown to this file."),
]
HtmlOption = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option("--html", help="Write a report with charts to this file."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
