"""The version of the program, as it was installed."""

from __future__ import annotations

from importlib import metadata

VERSION = metadata.version("pigeonhole")
