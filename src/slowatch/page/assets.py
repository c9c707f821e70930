"""Styles, scripts and pictures: a fixed list, read once, each known by a hash of what it holds."""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

TYPES: Mapping[str, str] = {
    "style.css": "text/css; charset=utf-8",
    "uPlot.min.css": "text/css; charset=utf-8",
    "theme.js": "text/javascript; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "charts.js": "text/javascript; charset=utf-8",
    "uPlot.iife.min.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file, as it is and compressed, and the hash by which it is asked for."""

    content: bytes
    gzipped: bytes
    media_type: str
    digest: str


@cache
def assets() -> Mapping[str, Asset]:
    """All of them, by name."""
    folder = resources.files("slowatch.page") / "static"
    return {name: _asset((folder / name).read_bytes(), TYPES[name]) for name in TYPES}


def _asset(content: bytes, media_type: str) -> Asset:
    digest = hashlib.sha256(content).hexdigest()[:12]
    return Asset(content, gzip.compress(content, mtime=0), media_type, digest)


def asset_path(name: str) -> str:
    """Where an asset is, from the root of slowatch; another content is somewhere else."""
    return f"static/{name}?v={assets()[name].digest}"
