"""Listening to a load test: it is marked while it runs, and judged when it is over."""

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from weakref import WeakKeyDictionary

from slowatch.locust.environment import Environment, is_worker, plays_at_once, refuse_test
from slowatch.locust.judging import COULD_NOT_VERIFY, INCONCLUSIVE, VERDICTS, Option, Verdict, tell
from slowatch.locust.marking import Marks

LOOK_EVERY_S = 0.5

_listeners: WeakKeyDictionary[Environment, list["Listener"]] = WeakKeyDictionary()


def judge(
    environment: Environment,
    run: str | None = None,
    *,
    command: str | Sequence[str] = "slowatch",
    phases: str | Path | None = None,
    may_be_inconclusive: bool = False,
    **options: Option,
) -> None:
    """Mark every load test of the environment, and let slowatch judge it when it is over.

    `run` is a declared run such as `reflection-api/load-50`; without one every SLO is judged.
    `options` are those of `slowatch verify`: `prometheus="http://…"`, `scale=0.1`,
    `junit="verdict.xml"`, `strict=True`, `rules=["rules/", "more/"]`. `command` is how slowatch is
    called, where it is not on the PATH. The marks stay in the file `phases`, if it is given.

    A run that fails, and one that is inconclusive unless it may be, sets Locust's exit code. One
    that could not be verified afterwards is not played: then it is 3. On a worker nothing happens:
    its master judges.
    """
    if is_worker(environment):
        return
    words = [command] if isinstance(command, str) else command
    listener = Listener(
        environment,
        Verdict(words, run, options),
        path=Path(phases) if phases else None,
        may_be_inconclusive=may_be_inconclusive,
    )
    listener.listen()
    _listeners.setdefault(environment, []).append(listener)


def mark(environment: Environment, phase: str) -> None:
    """Say that a phase begins now, such as `spike`; from now on only you say so.

    Until then a test has the phases `ramp`, and once all users are there `hold`.
    """
    for listener in _listeners.get(environment, ()):
        listener.mark(phase)


class Listener:
    """What one `judge` listens to; `clock` says Unix seconds."""

    def __init__(
        self,
        environment: Environment,
        verdict: Verdict,
        *,
        path: Path | None = None,
        may_be_inconclusive: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._environment, self._verdict = environment, verdict
        self._path, self._may_be_inconclusive = path, may_be_inconclusive
        self._clock = clock
        self._can_verify: bool | None = None
        self._test: _Test | None = None
        self._named: str | None = None

    def listen(self) -> None:
        """Hear of every test from now on.

        Where Locust plays one at once, it is checked now: later the time of the check would be
        taken off `--run-time`.
        """
        if plays_at_once(self._environment):
            self._can_verify = self._verdict.can_be_had()
        events = self._environment.events
        events.test_start.add_listener(self._start)
        events.spawning_complete.add_listener(self._hold)
        events.test_stopping.add_listener(self._stop)
        events.test_stop.add_listener(self._finish)
        events.quitting.add_listener(self._finish)  # Ctrl-C asks for the exit code before it stops

    def mark(self, phase: str) -> None:
        """Begin a phase; before a test it is its first."""
        self._named = phase
        self.look()

    def look(self) -> None:
        """Take down the phase and the users, as they are now."""
        if self._test is not None and self._test.end_s is None:
            runner = self._environment.runner
            phase = self._named or self._test.phase
            self._test.marks.tell(self._clock(), phase, runner.user_count if runner else 0)

    def _start(self, **_: object) -> None:
        can_verify, self._can_verify = self._can_verify, None  # another one starts much later
        if can_verify is None:
            can_verify = self._verdict.can_be_had()
        self._test = self._new_test() if can_verify else None
        if self._test is None:
            tell("no load is played, since its run could not be verified")
            refuse_test(self._environment, COULD_NOT_VERIFY)
        self.look()
        threading.Thread(target=self._follow, args=[self._test], daemon=True).start()

    def _new_test(self) -> "_Test | None":
        """A test that begins now; None where its marks cannot be written, which is said."""
        try:
            return _Test(self._clock(), self._path)
        except OSError as error:
            tell(f"{error.filename}: {error.strerror}")
            return None

    def _follow(self, test: "_Test") -> None:
        while not test.is_over.wait(LOOK_EVERY_S):
            self.look()

    def _hold(self, **_: object) -> None:
        if self._test is not None:
            self._test.phase = "hold"
            self.look()

    def _stop(self, **_: object) -> None:
        if self._test is not None and self._test.end_s is None:
            self.look()
            self._test.end_s = self._clock()
            self._test.is_over.set()

    def _finish(self, **_: object) -> None:
        self._stop()
        test, self._test, self._named = self._test, None, None
        if test is None or test.end_s is None:
            return
        code = COULD_NOT_VERIFY
        try:
            code = self._verdict.exit_code(test.start_s, test.end_s, test.path)
        finally:
            if code in VERDICTS:
                test.forget()
            else:
                later = self._verdict.later(test.start_s, test.end_s, test.path)
                tell(f"the run was played; to verify it later, write\n  {later}")
        if code and not (code == INCONCLUSIVE and self._may_be_inconclusive):
            self._environment.process_exit_code = self._environment.process_exit_code or code


class _Test:
    """A load test: when it began and ended, in Unix seconds, its phase, its marks."""

    def __init__(self, start_s: float, path: Path | None) -> None:
        self.start_s = start_s
        self.end_s: float | None = None
        self.phase = "ramp"
        self.is_over = threading.Event()
        # It stays where Locust is ended: by its marks the run can be verified still.
        self._folder = None if path else tempfile.mkdtemp(prefix="slowatch-")
        self.path = path or Path(self._folder or "", "phases.jsonl")
        self.marks = Marks(self.path)

    def forget(self) -> None:
        """Remove the marks that nobody asked to keep."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
