"""`slowatch notify-test`: one test alert to every target, and what each of them said."""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from slowatch.cli.configured import configured
from slowatch.cli.failing import CannotRun

if TYPE_CHECKING:
    from slowatch.notify.target import Target


def notify_test(config: Path | None) -> int:
    """Send and tell; 0 if all took it, else 1. Raises CannotRun where there is no target."""
    from slowatch.app.logs import set_up_logs
    from slowatch.app.targets import targets

    settings = configured(config)
    set_up_logs("error", settings.log_format)
    found = targets(settings)
    if not found:
        raise CannotRun("there is nobody to notify: set `alertmanagers` or `webhooks`")
    taken = [_is_taken(target) for target in found]
    if settings.alerting != "notify":
        sys.stderr.write(
            f"slowatch sends no other alerts: `alerting` is `{settings.alerting}`; "
            "set it to `notify`\n"
        )
    return 0 if all(taken) else 1


def _is_taken(target: "Target") -> bool:
    from slowatch.notify.target import NotTaken
    from slowatch.notify.testing import send_test

    try:
        said, is_taken = send_test(target, time.time()), True
    except NotTaken as why:
        said, is_taken = f"not taken: {why}", False
    sys.stdout.write(f"{target.kind} {target.name}: {said}\n")
    sys.stdout.flush()
    return is_taken
