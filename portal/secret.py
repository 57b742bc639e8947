"""Addresses that are secrets: whoever knows one is let in, so no log holds any."""

import logging
import re

SECRET = re.compile(r"/my/[^/\s\"']+/|/feeds/[^/\s\"']+\.ics")


def masked(text: str) -> str:
    """The text without the secrets of personal links and calendar links."""
    return SECRET.sub(_mask, text)


def _mask(found: re.Match[str]) -> str:
    return "/my/…/" if found[0].startswith("/my/") else "/feeds/….ics"


class Formatter(logging.Formatter):
    """Log lines, with their tracebacks, without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))
