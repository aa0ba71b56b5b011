"""The command ``pigeonhole``, which Ctrl-C ends in one line at any time."""

from __future__ import annotations

import sys

from config.errors import ExitCode
from config.stderr import secure_streams


def main() -> None:
    """Run the command line and leave with its exit code."""
    secure_streams()
    try:
        # Here, for importing it takes a moment in which a person may change their mind.
        from service.cli.commands import run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("pigeonhole: interrupted\n")
        sys.exit(ExitCode.INTERRUPTED)
