"""Clients that read `/slo` and the page again and again, for `benchmarks.load`."""

from locust import FastHttpUser, between, task


class Reader(FastHttpUser):
    """Reads one or the other, and then looks at it for a while."""

    wait_time = between(10, 30)

    @task
    def slo(self) -> None:
        """What programs read."""
        self.client.get("/slo")

    @task
    def page(self) -> None:
        """What people read."""
        self.client.get("/")
