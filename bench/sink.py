"""A mail server that takes every message and forgets it: python -m bench.sink PORT COUNT.

It adds one letter to the file COUNT for each message, so that the file's size is the number.
"""

import asyncio
import os
import sys

from aiosmtpd.smtp import SMTP


class Counter:
    """Counts what comes."""

    def __init__(self, path: str) -> None:
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    async def handle_DATA(self, server, session, envelope):
        """aiosmtpd calls this for each message."""
        os.write(self.file, b".")
        return "250 Taken"


async def serve(port: int, path: str) -> None:
    """Take messages until somebody ends this process."""
    counter = Counter(path)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(counter, hostname="sink"), "127.0.0.1", port
    )
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2]))
