"""Users: steady requests over kept connections, from a client that costs next to nothing."""

import asyncio
import re
from itertools import cycle

from slowatch.demo.systems.system import Call, System

MOST_ARREARS_S = 1.0
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


async def drive(system: System, port: int, call: Call) -> None:
    """Make a call at its rate, for ever, one after the other on one connection.

    A pause of the machine is caught up with, up to a second, so that the rate holds on average.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    loop = asyncio.get_running_loop()
    due_s = loop.time()
    try:
        for path in cycle(call.paths):
            await asyncio.sleep(max(0.0, due_s - loop.time()))
            writer.write(f"GET {path} HTTP/1.1\r\nhost: {system.name}\r\n\r\n".encode())
            await _read_answer(reader)
            pause_s = 1 / (call.per_s * system.chance.condition.traffic)
            due_s = max(due_s + pause_s, loop.time() - MOST_ARREARS_S)
    finally:
        writer.close()


async def _read_answer(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    length = LENGTH.search(head)
    await reader.readexactly(int(length[1]) if length else 0)
