"""A plug-in for Locust: it marks phases and users, and lets `slowatch verify` judge the run.

    from locust import events
    from slowatch.locust import judge

    @events.init.add_listener
    def let_slowatch_judge(environment, **_):
        judge(environment, run="reflection-api/load-50", prometheus="http://localhost:9090")

It needs nothing but the standard library, so it may be installed beside Locust without slowatch's
own packages: `pip install --no-deps slowatch`.
"""

from slowatch.locust.listening import judge, mark

__all__ = ["judge", "mark"]
