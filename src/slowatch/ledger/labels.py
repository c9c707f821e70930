"""Label sets as text: the same text exactly when the labels are the same."""

import hashlib
import json
from typing import cast

from slowatch.ledger.port import Labels

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def to_text(labels: Labels) -> str:
    """The labels as JSON, sorted by name."""
    return _encode(dict(labels))


def from_text(text: str) -> Labels:
    """The labels that `to_text` wrote."""
    return cast("Labels", json.loads(text))


def storable(text: str) -> str:
    """A text that every database takes: PostgreSQL refuses NUL. Labels have none, as JSON."""
    return text.replace("\0", "\ufffd")


def digest(key: str, labels_text: str) -> str:
    """What tells series apart: 32 characters of what was asked and the labels."""
    return hashlib.blake2b(f"{key}\n{labels_text}".encode(), digest_size=16).hexdigest()
