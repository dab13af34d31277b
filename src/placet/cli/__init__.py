"""The command line. Every command imports what it needs when it runs, so that `placet --help` stays fast."""

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command (default: this process's own arguments) and return its exit status.

    0: done. 1: refused, not found or not as it should be. 2: the command was written wrongly.
    """
    from placet.cli.app import run

    return run(arguments)
