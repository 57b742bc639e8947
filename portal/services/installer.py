"""Helps `script/prepare` before anything is installed; run by path with the bare Python.

installer.py index          prints what pip is told about package indexes, for uv
installer.py fetch LIST DIR fetches the uv of a hashed list where Python has no pip
"""

import ast
import hashlib
import io
import json
import os
import platform
import shlex
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path
from urllib.parse import urljoin

# uv asks other variables than pip does; a machine is usually set up for pip alone.
NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
}


def pip_options() -> dict[str, str]:
    """What pip's files and variables say about indexes; the variables count most."""
    asked = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    options: dict[str, str] = {}
    for line in listed.splitlines():
        key, _, value = line.partition("=")
        section, _, name = key.partition(".")
        if name in NAMES and section != ":env:":
            options[name] = str(ast.literal_eval(value))
    for name in NAMES:
        variable = "PIP_" + name.upper().replace("-", "_")
        options[name] = os.environ.get(variable, options.get(name, ""))
    return options


def print_index() -> None:
    """Lines of shell that hand pip's options over to uv, where uv has none of its own."""
    for name, value in pip_options().items():
        if value and not os.environ.get(NAMES[name]):
            separator = "," if name == "find-links" else " "
            print(f"export {NAMES[name]}={shlex.quote(separator.join(value.split()))}")


def fetch(listing: Path, folder: Path) -> None:
    """Put the uv whose hash stands in the list into the folder."""
    wanted = {word.split(":")[1] for word in listing.read_text().split() if "sha256:" in word}
    index = pip_options()["index-url"]
    if not index:
        sys.exit(
            "This Python has no pip. Install python3-venv of your system, "
            "or name a package index in PIP_INDEX_URL."
        )
    index = f"{index.rstrip('/')}/uv/"
    for file in files_of(index):
        if file["hashes"].get("sha256") in wanted and fits(file["filename"]):
            unpack(urljoin(index, file["url"]), wanted, folder)
            return
    sys.exit("No uv for this machine was found.")


def files_of(index: str) -> list[dict]:
    """The files that a package index offers, in its JSON form."""
    kind = "application/vnd.pypi.simple.v1+json"
    request = urllib.request.Request(index, headers={"Accept": kind})  # noqa: S310
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        return json.load(answer)["files"]


def fits(filename: str) -> bool:
    """Whether a wheel is made for this system's C library and processor."""
    libc = "manylinux" if platform.libc_ver()[0] == "glibc" else "musllinux"
    return filename.endswith(f"_{platform.machine()}.whl") and libc in filename


def unpack(url: str, wanted: set[str], folder: Path) -> None:
    """Take the program out of its wheel, if the wheel is the one that was locked."""
    with urllib.request.urlopen(url, timeout=300) as answer:  # noqa: S310
        wheel = answer.read()
    if hashlib.sha256(wheel).hexdigest() not in wanted:
        sys.exit("The uv that was fetched is not the one in requirements-uv.txt.")
    target = folder / "bin" / "uv"
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(wheel)) as packed:
        name = next(name for name in packed.namelist() if name.endswith(".data/scripts/uv"))
        target.write_bytes(packed.read(name))
    target.chmod(0o700)


if __name__ == "__main__":
    if sys.argv[1] == "index":
        print_index()
    else:
        fetch(Path(sys.argv[2]), Path(sys.argv[3]))
