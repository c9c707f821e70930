"""From values to HTML, once for many readers."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from slowatch import __version__
from slowatch.page import shown
from slowatch.page.assets import asset_path

if TYPE_CHECKING:
    from jinja2 import Environment

LEVEL = 5
"""More takes longer and saves little."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page as bytes, as it is and compressed, and a tag that tells it from others."""

    html: bytes
    gzipped: bytes
    etag: str


@cache
def environment() -> "Environment":
    """The templates; everything in them is escaped unless it is said to be HTML."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup, escape

    made = Environment(
        loader=PackageLoader("slowatch.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def words(text: str) -> Markup:
        """A description, in which what stands between backticks is code."""
        parts = text.split("`")
        if len(parts) % 2 == 0:
            return escape(text)
        marked = (
            f"<code>{escape(p)}</code>" if i % 2 else str(escape(p)) for i, p in enumerate(parts)
        )
        return Markup("".join(marked))  # noqa: S704  each part is escaped

    made.filters["words"] = words
    made.globals.update(asset=asset_path, version=__version__, shown=shown)
    return made


def get_ready() -> None:
    """Compile the templates, so that the first reader need not wait for that."""
    for name in environment().list_templates(extensions=["html"]):
        environment().get_template(name)


def rendered(template: str, **values: Any) -> Rendered:  # noqa: ANN401  what a template wants
    """A page from its template."""
    html = environment().get_template(template).render(values).encode()
    digest = hashlib.sha256(html).hexdigest()[:20]
    return Rendered(html, gzip.compress(html, LEVEL, mtime=0), f'W/"{digest}"')
