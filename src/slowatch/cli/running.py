"""`slowatch run`."""

from pathlib import Path

from slowatch.cli.configured import configured
from slowatch.cli.specs import some


def run_daemon(config: Path | None, **flags: object) -> int:
    """Run the daemon until it is told to end; the exit code."""
    from slowatch.app.logs import set_up_logs
    from slowatch.app.serving import serve
    from slowatch.spec.rereading import SpecFiles

    settings = configured(config, **flags)
    set_up_logs(settings.log_level, settings.log_format)
    files = SpecFiles(settings.rules, settings.all_sources.keys())
    serve(settings, some(files.read(), settings.rules), files)
    return 0
