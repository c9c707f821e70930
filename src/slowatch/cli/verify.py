"""`slowatch verify`, as it is called: its options, and how it answers to wrong ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Optional

import typer
from typer.core import TyperCommand

from slowatch.cli.failing import COULD_NOT_VERIFY
from slowatch.cli.options import (
    ConfigOption,
    DiscoveredScrapeOption,
    HtmlOption,
    JsonOption,
    JunitOption,
    MarkdownOption,
    PrometheusOption,
    RulesOption,
    StateOption,
)

_UsageError: Any = typer.BadParameter.__mro__[1]
"""What all wrong arguments raise; Typer has no public name for it."""


class VerifyCommand(TyperCommand):
    """A command whose 2 is a verdict, so that wrong arguments have another exit code."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401  Typer's context
        """Parse arguments; raises what wrong ones raise, with the exit code 3."""
        with _told_apart():
            return super().parse_args(ctx, args)


@contextmanager
def _told_apart() -> Iterator[None]:
    try:
        yield
    except _UsageError as error:
        error.exit_code = COULD_NOT_VERIFY
        raise


def verify(
    command: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Argument(metavar="[-- COMMAND…]", help="With --run: what plays the load."),
    ] = None,
    name: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--name", help="A declared run, such as load-50; every SLO if not given."),
    ] = None,
    start: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--from", help="When the run began: RFC 3339 or seconds."),
    ] = None,
    end: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--to", help="When it ended."),
    ] = None,
    last: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--last", help="The run was the last so long, such as 5m."),
    ] = None,
    run: Annotated[
        bool, typer.Option("--run", help="Run the command behind `--`; the run lasts as long.")
    ] = False,
    phases: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--phases", help="JSON lines of when phases began, and of users."),
    ] = None,
    isolated: Annotated[
        bool,
        typer.Option("--isolated", help="Nothing else happened: count up to the next scrape."),
    ] = False,
    baseline: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--baseline", help="A run's name or id, last:5, offset:1d, or two moments, T/T."
        ),
    ] = None,
    warm_up: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--warm-up", help="Cut this off at the start; as the run says by default."),
    ] = None,
    cool_down: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--cool-down", help="Cut this off at the end; as the run says by default."),
    ] = None,
    scale: Annotated[
        float, typer.Option("--scale", help="Factor on users and rates that it was played at.")
    ] = 1.0,
    time_scale: Annotated[
        float, typer.Option("--time-scale", help="Factor on lengths, but not on recoveries.")
    ] = 1.0,
    confidence: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--confidence", help="How sure a verdict must be; 95% by default."),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Fail for warnings too.")] = False,
    store: Annotated[
        bool, typer.Option("--store/--no-store", help="Keep the verdict in the ledger.")
    ] = True,
    check: Annotated[
        bool,
        typer.Option("--check", hidden=True, help="Only check what is checked before a command."),
    ] = False,
    as_json: JsonOption = False,
    junit: JunitOption = None,
    markdown: MarkdownOption = None,
    html: HtmlOption = None,
    rules: RulesOption = None,
    prometheus: PrometheusOption = None,
    state: StateOption = None,
    scrape_interval: DiscoveredScrapeOption = None,
    config: ConfigOption = None,
) -> None:
    """Judge a run.

    Holds what Prometheus measured over a stretch of time against what a declared run, or every
    SLO, demands: with intervals, so that noise fails nothing, and against earlier runs.

    Exit codes: 0 passed or warned (1 with --strict), 1 failed, 2 inconclusive, 3 could not verify.
    """
    from slowatch.cli.played import When
    from slowatch.cli.reporting import Outputs
    from slowatch.cli.verifying import Wanted, verify_run

    wanted = Wanted(
        name=name,
        when=When(
            start=start,
            end=end,
            last=last,
            is_command=run,
            command=command or [],
            is_later=check,
            phases=phases,
            scale=scale,
            time_scale=time_scale,
            is_isolated=isolated,
        ),
        baseline=baseline,
        warm_up=warm_up,
        cool_down=cool_down,
        confidence=confidence,
        is_stored=store,
        outputs=Outputs(as_json, junit, markdown, html),
    )
    code = verify_run(
        wanted,
        config,
        strict=strict,
        rules=tuple(rules) if rules else None,
        prometheus_url=prometheus,
        state=state,
        scrape_interval=scrape_interval,
    )
    raise typer.Exit(code)
