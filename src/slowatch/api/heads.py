"""HEAD for every route: the answer to GET, without its body; and headers that every answer has."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = b"content-security-policy"
SNIFF = (b"x-content-type-options", b"nosniff")
OF_DATA = (SNIFF, (POLICY, b"default-src 'none'; frame-ancestors 'none'"))
"""What is no page may load and run nothing, and stands in no frame. Each costs `/slo` 1 %."""
OF_PAGES = (SNIFF, (b"x-frame-options", b"DENY"), (b"referrer-policy", b"no-referrer"))
"""A page has a policy of its own."""


class Heads:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a HEAD request pass as GET, and keep what is sent from having a body."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_head = scope["method"] == "HEAD"
        is_over = False

        async def send_on(message: Message) -> None:
            nonlocal is_over
            if message["type"] == "http.response.start":
                own = message.get("headers", ())
                more = OF_PAGES if any(name == POLICY for name, _ in own) else OF_DATA
                message = {**message, "headers": [*own, *more]}
            elif is_head and message["type"] == "http.response.body":
                # The first part ends it: a stream of events would never end by itself.
                message = {**message, "body": b"", "more_body": False}
                if is_over:
                    return
                is_over = True
            await send(message)

        inner = {**scope, "method": "GET"} if is_head else scope
        await self._app(inner, receive, send_on)
