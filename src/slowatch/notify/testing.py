"""A test alert: whether a target can be reached, and takes what it is sent."""

import json

from slowatch.evaluate.wording import moment
from slowatch.notify.alertmanager import PATH
from slowatch.notify.document import VERSION
from slowatch.notify.target import Line, Target

NAME = "SlowatchTest"
SUMMARY = "This is a test of slowatch: nothing is wrong"
DESCRIPTION = "Somebody ran `slowatch notify-test`. It ends by itself."
LASTS_S = 60
_LABELS = {"alertname": NAME, "severity": "ticket", "service": "slowatch", "test": "true"}
_ANNOTATIONS = {"summary": SUMMARY, "description": DESCRIPTION}


def send_test(target: Target, now_s: float) -> str:
    """Send a test alert; how it was taken. Raises NotTaken."""
    with Line(target) as line:
        if target.kind == "alertmanager":
            return line.post(PATH, json.dumps([_entry(now_s)]))
        uid = f"test-{int(now_s)}"
        return line.post("", json.dumps(_document(uid, now_s)), {"Idempotency-Key": uid})


def _entry(now_s: float) -> dict[str, object]:
    return {
        "labels": _LABELS,
        "annotations": _ANNOTATIONS,
        "startsAt": moment(now_s),
        "endsAt": moment(now_s + LASTS_S),
    }


def _document(uid: str, now_s: float) -> dict[str, object]:
    """The shape of every other document, so that what reads it is tested too."""
    return {
        "version": VERSION,
        "id": uid,
        "event": "test",
        "alert": NAME,
        "severity": "ticket",
        "slo_id": "slowatch/test",
        "group": {},
        "labels": _LABELS,
        "annotations": _ANNOTATIONS,
        "pending_since": moment(now_s),
        "firing_since": moment(now_s),
        "resolved_at": None,
        "url": None,
        "slo": None,
    }
