"""The `slowatch` command: what it is called with, and what its exit code means.

0  done; for `validate`: nothing wrong
1  problems were found in spec files, a target took no test alert, or the demo failed
2  it could not run: settings, ledger, Prometheus, Grafana, arguments

`slowatch verify` has its own: 0 passed or warned, 1 failed, 2 inconclusive, 3 could not verify.
"""

from pathlib import Path
from typing import Annotated, Optional

import typer

from slowatch.cli.failing import CannotRun, told_in_words
from slowatch.cli.options import (
    ConfigOption,
    DiscoveredScrapeOption,
    ExternalUrlOption,
    JsonOption,
    OfOption,
    OutputOption,
    Paths,
    PrometheusLinkOption,
    PrometheusOption,
    RulesOption,
    ScrapeOption,
    SlotOption,
    SourceOption,
    StateOption,
)
from slowatch.cli.runs import app as runs_app
from slowatch.cli.verify import VerifyCommand, verify

EXIT_CODES = """Exit codes: 0 done, 1 problems found, 2 could not run."""

app = typer.Typer(
    name="slowatch",
    help="Watches service-level objectives next to Prometheus, from an exact ledger of events.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
app.add_typer(runs_app, name="runs")


@app.callback(invoke_without_command=True)
def _slowatch(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        from slowatch import __version__

        typer.echo(f"slowatch {__version__}")
        raise typer.Exit


@app.command(epilog="Example: slowatch run --rules rules/ --prometheus http://localhost:9090")
def run(
    rules: RulesOption = None,
    prometheus: PrometheusOption = None,
    state: StateOption = None,
    listen: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--listen", help="Address and port of the API, such as 127.0.0.1:9710."),
    ] = None,
    slot: SlotOption = None,
    config: ConfigOption = None,
) -> None:
    """Run the daemon.

    It measures every slot, keeps the ledger and serves the API.

    Everything else is set by SLOWATCH_* variables or slowatch.yaml; flags go before both.
    """
    from slowatch.cli.running import run_daemon

    code = run_daemon(
        config,
        rules=tuple(rules) if rules else None,
        prometheus_url=prometheus,
        state=state,
        listen=listen,
        slot=slot,
    )
    raise typer.Exit(code)


@app.command(
    epilog="Example: slowatch evaluate --rules rules/ --prometheus http://localhost:9090 --json"
)
def evaluate(
    rules: RulesOption = None,
    prometheus: PrometheusOption = None,
    at: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--at", help="End of the windows: RFC 3339 or seconds; now by default."),
    ] = None,
    state: Annotated[
        str, typer.Option("--state", help="Keep the ledger here; in memory by default.")
    ] = ":memory:",
    slot: SlotOption = None,
    scrape_interval: DiscoveredScrapeOption = None,
    config: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, as /slo answers.")] = False,
) -> None:
    """Evaluate once, without a daemon.

    Asks for the windows that end at a moment and prints where every SLO stands.
    """
    from slowatch.cli.evaluating import evaluate_once

    code = evaluate_once(
        config,
        at=at,
        as_json=as_json,
        rules=tuple(rules) if rules else None,
        prometheus_url=prometheus,
        state=state,
        slot=slot,
        scrape_interval=scrape_interval,
    )
    raise typer.Exit(code)


app.command(
    cls=VerifyCommand,
    epilog="Example: slowatch verify --name reflection-api/load-50 --last 5m --junit verdict.xml",
)(verify)


@app.command(epilog="Example: slowatch validate rules/ --format github")
def validate(
    paths: Paths = None,
    format: Annotated[  # noqa: A002  the option's name
        str, typer.Option("--format", help="text, json, or github (annotations for a workflow).")
    ] = "text",
    prometheus: PrometheusOption = None,
    strict: Annotated[bool, typer.Option("--strict", help="Fail for warnings too.")] = False,
) -> None:
    """Check spec files.

    Says everything that is wrong, with line, column and what to do, and warns of what is right and
    hardly meant: alerts that cannot fire, promises that one bad slot breaks.

    With --prometheus, every SLO is asked once too: metrics that are not there, bounds that are no
    bucket, queries that are refused.
    """
    from slowatch.cli.validating import validate_paths

    raise typer.Exit(validate_paths(paths or [], format, prometheus, strict=strict))


@app.command(epilog="Example: slowatch status --url http://localhost:9710 --watch")
def status(
    url: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--url", help="Address of the daemon; where `listen` says, by default."),
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Keep showing it, once a slot.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the daemon's answer.")] = False,
) -> None:
    """Show what a running daemon knows, worst first."""
    from slowatch.cli.showing import show_status

    raise typer.Exit(show_status(url, watch=watch, as_json=as_json))


@app.command(
    name="render-rules", epilog="Example: slowatch render-rules rules/ -o /etc/prometheus/slo.yml"
)
def render_rules(
    paths: Paths = None,
    format: Annotated[  # noqa: A002  the option's name
        str, typer.Option("--format", help="prometheus, operator or vmrule.")
    ] = "prometheus",
    source: Annotated[
        str,
        typer.Option("--source", help="prometheus: stand alone; slowatch: over its gauges."),
    ] = "prometheus",
    output: OutputOption = None,
    name: Annotated[
        str, typer.Option("--name", help="What resources are called, before the service.")
    ] = "slowatch",
    namespace: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--namespace", help="The namespace of resources."),
    ] = None,
    label: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--label", help="A label of resources, such as release=monitoring."),
    ] = None,
    scrape_interval: ScrapeOption = None,
    external_url: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--external-url", help="Where people reach slowatch, for links in alerts."),
    ] = None,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Render the SLOs that have no problem.")
    ] = False,
    config: ConfigOption = None,
    of: OfOption = None,
) -> None:
    """Render recording and alerting rules.

    They stand alone in Prometheus, or rest on the daemon's gauges. Where a spec has a problem,
    nothing is written.
    """
    from slowatch.cli.rendering import Wanted, render_rules

    wanted = Wanted(
        paths=paths or [],
        form=format,
        source=source,
        output=output,
        name=name,
        namespace=namespace,
        labels=label or [],
        scrape_interval=scrape_interval,
        external_url=external_url,
        keep_going=keep_going,
        config=config,
        of=of,
    )
    raise typer.Exit(render_rules(wanted))


@app.command(
    name="render-dashboards",
    epilog="Example: slowatch render-dashboards rules/ -o /var/lib/grafana/dashboards/slo",
)
def render_dashboards(
    paths: Paths = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The folder to write into.")
    ] = Path("dashboards"),
    source: SourceOption = "prometheus",
    external_url: ExternalUrlOption = None,
    prometheus: PrometheusLinkOption = None,
    config: ConfigOption = None,
    of: OfOption = None,
) -> None:
    """Render dashboards for Grafana.

    Writes overview.json, service-SERVICE.json for each service, and slowatch.json for the daemon
    itself. They rest on what rendered rules record, or on the daemon's gauges. Where a spec has a
    problem, nothing is written.
    """
    from slowatch.cli.dashboards import Wanted, render_dashboards

    wanted = Wanted(paths or [], source, external_url, prometheus, config, of)
    raise typer.Exit(render_dashboards(wanted, output))


@app.command(
    name="push-dashboards",
    epilog="Example: slowatch push-dashboards rules/ --grafana https://grafana.example --dry-run",
)
def push_dashboards(
    grafana: Annotated[str, typer.Option("--grafana", help="Address of Grafana.")],
    paths: Paths = None,
    folder: Annotated[
        str, typer.Option("--folder", help="Uid of the folder; made where it is missing.")
    ] = "slowatch",
    token_file: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            "--token-file",
            help="Holds the token of a service account; else SLOWATCH_GRAFANA_TOKEN does.",
        ),
    ] = None,
    ca_file: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--ca-file", help="Certificate authority to trust, not the system's."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only print what would change.")
    ] = False,
    source: SourceOption = "prometheus",
    external_url: ExternalUrlOption = None,
    prometheus: PrometheusLinkOption = None,
    config: ConfigOption = None,
    of: OfOption = None,
) -> None:
    """Upload dashboards to a Grafana.

    Renders them and writes those that differ over what Grafana has under the same uid. With
    --dry-run prints the difference instead. Exits with 2 if Grafana does not take them.
    """
    from slowatch.cli.dashboards import Destination, Wanted, push_dashboards

    wanted = Wanted(paths or [], source, external_url, prometheus, config, of)
    destination = Destination(grafana, folder, token_file, ca_file)
    raise typer.Exit(push_dashboards(wanted, destination, dry_run=dry_run))


@app.command(
    epilog="Example: slowatch publish rules/ --rules-dir /etc/prometheus/slo --watch "
    "--reload http://localhost:9090"
)
def publish(
    paths: Paths = None,
    rules_dir: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--rules-dir", help="Folder for rule files, one for each service."),
    ] = None,
    dashboards_dir: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--dashboards-dir", help="Folder for dashboards, as Grafana provisions them."),
    ] = None,
    reload: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            "--reload", help="Address of a Prometheus to reload; may be given several times."
        ),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on, and publish whenever spec files change.")
    ] = False,
    source: SourceOption = "prometheus",
    scrape_interval: ScrapeOption = None,
    config: ConfigOption = None,
    of: OfOption = None,
) -> None:
    """Publish rules and dashboards to folders.

    For a container that starts before Prometheus and Grafana, or with --watch beside them. Writes
    only what changes, removes only what it wrote, and asks Prometheus to reload. Where a spec has a
    problem, all stays as it is. Exits with 2 if a Prometheus does not reload.
    """
    from slowatch.cli.publishing import Wanted, publish

    wanted = Wanted(
        paths=paths or [],
        rules_dir=rules_dir,
        dashboards_dir=dashboards_dir,
        source=source,
        reload=reload or [],
        scrape_interval=scrape_interval,
        config=config,
        of=of,
    )
    raise typer.Exit(publish(wanted, watch=watch))


@app.command(epilog="Example: slowatch config --config /etc/slowatch/slowatch.yaml")
def config(
    file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print the settings as they count.

    As a settings file would have them, each with where it came from: a variable, the file, or its
    default. Secrets are hidden.
    """
    from slowatch.cli.configuration import show_settings

    raise typer.Exit(show_settings(file, as_json=as_json))


@app.command(
    name="notify-test", epilog="Example: slowatch notify-test --config /etc/slowatch/slowatch.yaml"
)
def notify_test(config: ConfigOption = None) -> None:
    """Send a test alert to every target.

    Prints what each Alertmanager and webhook of the settings said. The alert says that it is a test
    and ends by itself after a minute. Exits with 1 if one did not take it.
    """
    from slowatch.cli.notifying import notify_test

    raise typer.Exit(notify_test(config))


@app.command(
    name="render-tests",
    epilog="Example: slowatch render-tests rules/ --rules-file slo.yml -o slo_test.yml",
)
def render_tests(
    rules_file: Annotated[
        str, typer.Option("--rules-file", help="The rendered rules, seen from the tests' folder.")
    ],
    paths: Paths = None,
    output: OutputOption = None,
    scrape_interval: ScrapeOption = None,
    config: ConfigOption = None,
    of: OfOption = None,
) -> None:
    """Render unit tests of the rendered rules.

    For `promtool test rules`: quiet, good, burning slowly and fast, out, idle, absent, recovered;
    what must fire fires, and nothing else, as the daemon would judge it.
    """
    from slowatch.cli.rendering import render_tests

    code = render_tests(
        paths or [], rules_file, output, scrape_interval=scrape_interval, config=config, of=of
    )
    raise typer.Exit(code)


@app.command(epilog="Example: slowatch schema > slowatch.schema.json")
def schema() -> None:
    """Print the JSON Schema of spec files, for editors."""
    import json

    from slowatch.spec.schema import json_schema

    typer.echo(json.dumps(json_schema(), indent=2))


@app.command(
    epilog="Example: slowatch demo --for 60s --json > slo.json; "
    "slowatch demo --load --variant leaking --system reflection-api"
)
def demo(
    for_: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--for", help="End by itself after this long, such as 60s."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the last /slo answer and nothing else.")
    ] = False,
    load: Annotated[
        bool, typer.Option("--load", help="Let real users of Locust play the declared runs.")
    ] = False,
    variant: Annotated[
        str,
        typer.Option(
            help="With --load, how the systems fare: healthy, slower, faster, leaking, failing or "
            "slow-to-recover."
        ),
    ] = "healthy",
    systems: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--system", help="With --load, this system alone; several times for several."),
    ] = None,
    scale: Annotated[
        float, typer.Option("--scale", help="With --load, a factor on users and rates.")
    ] = 1.0,
    time_scale: Annotated[
        float, typer.Option("--time-scale", help="With --load, a factor on the lengths of runs.")
    ] = 1.0,
    locust: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--locust", help="With --load, the command; `locust` on the PATH if not."),
    ] = None,
) -> None:
    """Watch five systems at play.

    Starts their workload, a real Prometheus and slowatch, and follows them in a table.

    Under load, real users of Locust play each system's declared runs, over and over, and the
    command that judges a run is told when it is over.

    Needs `prometheus` on the PATH. Everything runs on free loopback ports over a temporary folder;
    nothing is left behind.
    """
    from slowatch.cli.durations import seconds_of
    from slowatch.demo.demo import run_demo
    from slowatch.demo.loaded import Options

    options = Options(variant, systems or [], scale, time_scale, locust)
    if not load and options != Options(systems=[]):
        raise CannotRun("the options of a demo under load need `--load`: add it")
    raise typer.Exit(run_demo(seconds_of(for_), as_json, options if load else None))


def main() -> None:
    """Run the command line; whatever goes wrong is said in words."""
    with told_in_words():
        app()
