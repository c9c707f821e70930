"""`slowatch config`: the settings as they count."""

import json
import sys
from pathlib import Path

from slowatch.cli.configured import configured


def show_settings(config: Path | None, *, as_json: bool) -> int:
    """Print every setting with where it came from; the exit code."""
    from slowatch.app.effective import effective
    from slowatch.app.settings import SETTINGS_FILE

    found = effective(configured(config), config or Path(SETTINGS_FILE))
    if as_json:
        told = {one.name: {"value": one.value, "from": one.origin} for one in found}
        sys.stdout.write(json.dumps(told, indent=2) + "\n")
        return 0
    lines = [(f"{one.name}: {_written(one.value)}", one.origin) for one in found]
    width = min(60, max(len(text) for text, _ in lines))
    for text, origin in lines:
        sys.stdout.write(f"{text:<{width}}  # {origin}\n")
    return 0


def _written(value: object) -> str:
    """A value as it may stand in slowatch.yaml, on a line."""
    import yaml

    flow = yaml.safe_dump(value, default_flow_style=True, width=10**6, sort_keys=False)
    return flow.removesuffix("\n").removesuffix("\n...")
