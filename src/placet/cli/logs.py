"""Where a command's log goes: stderr, so that stdout holds results alone."""

import os
import sys


def log_to_stderr(level: str = "info") -> None:
    """Send the log of this process to stderr, one line an event, from `level` on."""
    import logging

    import structlog

    threshold = logging.getLevelNamesMapping()[level.upper()]
    colours = sys.stderr.isatty() and "NO_COLOR" not in os.environ  # no-color.org
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=structlog.dev.plain_traceback),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
