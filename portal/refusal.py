"""What people are told when something cannot be done."""


class Refused(Exception):
    """A deed that the rules do not allow now. Each sentence says the fact and the way out."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(" ".join(str(sentence) for sentence in sentences))
        self.sentences = [str(sentence) for sentence in sentences]


class NotYours(Refused):
    """A deed that this person may not do at all."""
