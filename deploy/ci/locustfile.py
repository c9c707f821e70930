"""50 users for five minutes: the run `reflection-api/load-50`, which slowatch judges at its end."""

from locust import FastHttpUser, constant_throughput, events, task

from slowatch.locust import judge


class Visitor(FastHttpUser):
    """One who reflects a little more than once a second."""

    wait_time = constant_throughput(1.1)

    @task(7)
    def analyze(self) -> None:
        """What most come for."""
        self.client.get("/reflection/analyze")

    @task(1)
    def consolidate(self) -> None:
        """What some come for."""
        self.client.get("/consolidation/run")


@events.init.add_listener
def let_slowatch_judge(environment, **_):  # noqa: ANN001, ANN003, ANN201  as Locust's examples are
    """Options are those of `slowatch verify`; what is not here comes from variables SLOWATCH_*.

    Locust then ends with 1 where the run failed, and with 2 where it is inconclusive. Until there
    is a baseline it is: mark a run with `slowatch runs mark`. Where slowatch could not judge it,
    nothing is played, and it ends with 3.
    """
    judge(
        environment,
        run="reflection-api/load-50",
        command="/opt/slowatch/bin/slowatch",  # in an environment of its own, beside Locust's
        rules="rules/",
        junit="verdict.xml",
        markdown="verdict.md",
        html="verdict.html",
        isolated=True,  # nobody else calls it meanwhile, so that the last seconds count
    )
