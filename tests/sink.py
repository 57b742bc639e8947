"""A mail server that keeps what it is given."""

import asyncio
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Event

from aiosmtpd.controller import Controller

from portal.services.network import free_port
from tests.waiting import eventually


@dataclass(frozen=True)
class Received:
    """One message as it arrived."""

    sender: str
    recipients: list[str]
    message: EmailMessage


class Sink:
    """A real SMTP server on a port of its own, which can be down and come back."""

    def __init__(self):
        self.port = free_port()
        self.received: list[Received] = []
        self.answer = "250 Taken"  # "550 No such person" makes it refuse
        self.answers = Event()  # cleared: it takes the message and then says nothing
        self._controller = None

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    def start(self):
        if self._controller is None:
            self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
            self._controller.start()

    def stop(self):
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def reset(self):
        """Up, empty and willing, as each test expects it."""
        self.start()
        self.received.clear()
        self.answer = "250 Taken"
        self.answers.set()

    def wait_for(self, count, seconds=15):
        """The messages, as soon as there are `count` of them."""
        eventually(lambda: len(self.received) >= count, seconds, f"{count} messages arrived")
        return list(self.received)

    def to(self, address):
        """The messages that one address has got."""
        return [each.message for each in self.received if address in each.recipients]

    async def handle_DATA(self, server, session, envelope):
        """aiosmtpd calls this for each message."""
        if self.answer.startswith("250"):
            message = message_from_bytes(envelope.content, policy=policy.default)
            self.received.append(Received(envelope.mail_from, list(envelope.rcpt_tos), message))
        if not self.answers.is_set():
            await asyncio.to_thread(self.answers.wait, 30)
        return self.answer
