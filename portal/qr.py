"""QR codes by the thousand.

A code of a given size and mask is linear: when letters change, the same squares turn over,
whatever the other letters are. So a series of texts that differ in a few letters needs one
drawn code and, for each bit of those letters, the squares that it turns over.
"""

import functools

import segno


class Series:
    """Codes of texts that begin with `prefix` and end with so many small ASCII letters."""

    def __init__(self, prefix: str, letters: int) -> None:
        self.prefix, self.letters = prefix, letters
        first = self._drawn(b"0" * letters)
        self.side = len(first.matrix)
        self._version, self._mask = first.version, first.mask
        self._first = _as_number(first)
        self._turned = [self._turns(place) for place in range(letters)]

    def pixels(self, ending: str) -> bytes:
        """The squares row by row, a byte each: 0 black, 255 white."""
        squares = self._first
        for place, letter in enumerate(ending.encode("ascii")):
            changed = letter ^ ord("0")
            for bit, turned in enumerate(self._turned[place]):
                if changed >> bit & 1:
                    squares ^= turned
        size = self.side * self.side
        return format(squares, f"0{size}b").encode().translate(BLACK_AND_WHITE)

    def _turns(self, place: int) -> list[int]:
        """For each bit of the letter at a place: the squares that it turns over."""
        found = []
        for bit in range(7):
            letters = bytearray(b"0" * self.letters)
            letters[place] ^= 1 << bit
            found.append(_as_number(self._drawn(bytes(letters))) ^ self._first)
        return found

    def _drawn(self, ending: bytes) -> segno.QRCode:
        return segno.make(
            self.prefix + ending.decode("ascii"),
            error="m",
            mode="byte",
            version=getattr(self, "_version", None),
            mask=getattr(self, "_mask", None),
            boost_error=False,
            micro=False,
        )


BLACK_AND_WHITE = bytes.maketrans(b"01", b"\xff\x00")


def _as_number(code: segno.QRCode) -> int:
    return int("".join(str(square & 1) for row in code.matrix for square in row), 2)


@functools.lru_cache(maxsize=8)
def series(prefix: str, letters: int) -> Series:
    """The series of a prefix, drawn once a process."""
    return Series(prefix, letters)
