"""python -m portal.services server | manage ARGUMENT …"""

import os
import sys

from django.core.exceptions import ImproperlyConfigured

from portal.services.home import Refused

USAGE = "Usage: python -m portal.services server | manage ARGUMENT …"


def main(arguments: list[str]) -> int:
    """Do what is asked; a refusal is one sentence and exit code 1, never a traceback."""
    # script/server is a trial on one's own machine unless somebody says that it is not.
    if not os.environ.get("PORTAL_DEMONSTRATION", "").strip():
        os.environ["PORTAL_DEMONSTRATION"] = "yes"
    try:
        from portal.services import launch  # reads the settings, which may refuse

        match arguments:
            case ["server"]:
                return launch.serve()
            case ["manage", *rest]:
                return launch.manage(rest)
    except (Refused, ImproperlyConfigured) as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except (PermissionError, FileNotFoundError) as error:
        print(
            f"{error.filename} cannot be made or written: {error.strerror}. "
            "Is the state folder (PORTAL_HOME) yours?",
            file=sys.stderr,
        )
        return 1
    print(USAGE, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
