"""`POST /-/reload`: spec files are read again, and it is said what became of them."""

from collections.abc import Sequence

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from slowatch.api.entries import KeptAnswer, ReloadAnswer
from slowatch.api.problems import MEDIA_TYPE, title
from slowatch.api.watching import Watching


class ReloadRoute:
    """The route `/-/reload`."""

    def __init__(self, watching: Watching) -> None:
        self._watching = watching
        self.router = APIRouter(tags=["Writes"])
        self.router.post(
            "/-/reload",
            response_model=ReloadAnswer,
            summary="Read the spec files again",
        )(self.reload)

    def reload(self) -> Response:
        """Needs a token with `may: write`. No slot is lost, whatever the files hold.

        A file with a mistake goes on as it was when it was good: it is in `kept`. One that never
        was has only the SLOs that are right. Either is 409, with what is wrong in `problems`.
        """
        done = self._watching.reload()
        problems = [str(problem) for problem in done.problems]
        mistakes = done.mistakes
        if not (done.kept or mistakes):
            return JSONResponse(
                ReloadAnswer(slos=done.slos, kept=[], problems=problems).model_dump()
            )
        kept = KeptAnswer(
            title=title(409),
            status=409,
            detail=_told(done.kept, mistakes),
            slos=done.slos,
            kept=list(done.kept),
            problems=problems,
        )
        return JSONResponse(kept.model_dump(), status_code=409, media_type=MEDIA_TYPE)


def _told(kept: Sequence[str], mistakes: int) -> str:
    told = f"{mistakes} mistake{'s' if mistakes != 1 else ''}"
    if kept:
        told += f"; as they were when they were good go on: {', '.join(kept)}"
    return told
