"""Become a command that cannot outlive the process which started it.

    python -I -S guard.py SIGNAL PARENT IDENTITY COMMAND …

SIGNAL reaches the command when the process PARENT dies. IDENTITY says as whom it runs:
"same", or for PostgreSQL, which refuses root and users without a name, "namespace" (the
same user under another number in a user namespace) or "nobody". This stands in a file of
its own, called by path, because forking Python code from a process with threads is not
safe and a plain exec is.
"""

import ctypes
import os
import pwd
import signal
import sys

NOBODY = 65534
CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_CAP_AMBIENT = 1, 8, 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
LINUX_CAPABILITY_VERSION_3 = 0x20080522

libc = ctypes.CDLL(None, use_errno=True)


def become(command: list[str], death: int, parent: int, identity: str) -> None:
    """Take the identity on, bind this life to the parent's, and turn into the command."""
    if identity == "namespace":
        enter_namespace()
    elif identity == "nobody":
        become_nobody()
    die_with_parent(death, parent)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    os.execv(command[0], command)  # noqa: S606


def die_with_parent(death: int, parent: int) -> None:
    """Ask the kernel for `death` when the parent ends; go at once if it has ended already.

    Taking another identity clears the wish, so it is made last.
    """
    check(libc.prctl(PR_SET_PDEATHSIG, death, 0, 0, 0))
    if os.getppid() != parent:
        os._exit(0)


def enter_namespace() -> None:
    """Be somebody with a name in a user namespace: the files stay with who owned them."""
    user, group = os.geteuid(), os.getegid()
    name = next((known for known in pwd.getpwall() if known.pw_uid != 0), None)
    check(libc.unshare(CLONE_NEWUSER))
    write("/proc/self/setgroups", "deny")
    write("/proc/self/uid_map", f"{name.pw_uid if name else NOBODY} {user} 1")
    write("/proc/self/gid_map", f"{name.pw_gid if name else NOBODY} {group} 1")


def become_nobody() -> None:
    """Be nobody, but keep the right to pass closed folders such as root's home."""
    check(libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    header = (ctypes.c_uint32 * 2)(LINUX_CAPABILITY_VERSION_3, 0)
    wanted = 1 << CAP_DAC_OVERRIDE
    check(libc.capset(header, (ctypes.c_uint32 * 6)(wanted, wanted, wanted, 0, 0, 0)))
    check(libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0))


def write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def check(result: int) -> None:
    """Turn the C library's -1 into Python's error."""
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


if __name__ == "__main__":
    become(sys.argv[4:], int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
