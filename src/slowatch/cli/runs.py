"""`slowatch runs`: what `slowatch verify` has stored; listed, shown, compared, marked."""

from typing import Annotated, Optional

import typer

from slowatch.cli.options import (
    ConfigOption,
    HtmlOption,
    JsonOption,
    JunitOption,
    MarkdownOption,
    StateOption,
)

app = typer.Typer(
    name="runs",
    help="List, show, compare and mark stored runs.",
    epilog="Example: slowatch runs --name reflection-api/load-50",
    rich_markup_mode=None,
)

ServiceOption = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--service", help="Only runs of this service."),
]
NameOption = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--name", help="Only runs of this name, such as load-50 or SERVICE/load-50."),
]
VerdictOption = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--verdict", help="Only runs that came to pass, warn, fail or inconclusive."),
]
MostOption = Annotated[int, typer.Option("--most", min=1, help="How many runs at most.")]
Id = Annotated[int, typer.Argument(metavar="ID", help="A run's id, as `slowatch runs` lists it.")]

MOST = 50


@app.callback(invoke_without_command=True)
def _runs(
    context: typer.Context,
    service: ServiceOption = None,
    name: NameOption = None,
    verdict: VerdictOption = None,
    most: MostOption = MOST,
    as_json: JsonOption = False,
    state: StateOption = None,
    config: ConfigOption = None,
) -> None:
    if context.invoked_subcommand is None:
        list_runs(service, name, verdict, most, as_json, state, config)


@app.command(name="list", epilog="Example: slowatch runs list --service reflection-api --most 10")
def list_runs(
    service: ServiceOption = None,
    name: NameOption = None,
    verdict: VerdictOption = None,
    most: MostOption = MOST,
    as_json: JsonOption = False,
    state: StateOption = None,
    config: ConfigOption = None,
) -> None:
    """List stored runs, the newest first."""
    from slowatch.cli.stored_runs import Chosen, list_runs, opened

    with opened(config, state) as ledger:
        list_runs(ledger, Chosen(service, name, verdict, most), as_json=as_json)


@app.command(epilog="Example: slowatch runs show 12 --html report.html")
def show(
    run: Id,
    as_json: JsonOption = False,
    junit: JunitOption = None,
    markdown: MarkdownOption = None,
    html: HtmlOption = None,
    state: StateOption = None,
    config: ConfigOption = None,
) -> None:
    """Show a stored run, in every form that `slowatch verify` has."""
    from slowatch.cli.reporting import Outputs
    from slowatch.cli.stored_runs import opened, show_run

    with opened(config, state) as ledger:
        show_run(ledger, run, Outputs(as_json, junit, markdown, html))


@app.command(epilog="Example: slowatch runs compare 12 14")
def compare(
    first: Annotated[int, typer.Argument(metavar="A", help="The id of the earlier run.")],
    second: Annotated[int, typer.Argument(metavar="B", help="The id of the later run.")],
    as_json: JsonOption = False,
    state: StateOption = None,
    config: ConfigOption = None,
) -> None:
    """Compare two stored runs, check by check."""
    from slowatch.cli.stored_runs import compare_runs, opened

    with opened(config, state) as ledger:
        compare_runs(ledger, first, second, as_json=as_json)


@app.command(epilog="Example: slowatch runs mark 12")
def mark(run: Id, state: StateOption = None, config: ConfigOption = None) -> None:
    """Mark a stored run as the baseline of its name.

    Later runs are compared with it, however many there are, until another one is marked.
    """
    from slowatch.cli.stored_runs import mark_run, opened

    with opened(config, state, is_changed=True) as ledger:
        mark_run(ledger, run)


@app.command(epilog="Example: slowatch runs unmark 12")
def unmark(run: Id, state: StateOption = None, config: ConfigOption = None) -> None:
    """Take the mark off a stored run.

    The newest run of its name that passed is the baseline then.
    """
    from slowatch.cli.stored_runs import opened, unmark_run

    with opened(config, state, is_changed=True) as ledger:
        unmark_run(ledger, run)
