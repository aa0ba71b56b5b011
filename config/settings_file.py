"""The commented ``pigeonhole.toml`` of a first run, and the same as a table for the docs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from config.settings import ENV_PREFIX, Settings


def settings_toml() -> str:
    """Every setting as a commented line with its default: valid TOML that sets nothing."""
    lines = [
        "# Settings of this home. Take the '#' off a line to set it; the values shown are the",
        f"# defaults. {ENV_PREFIX}<NAME> in the environment and the command line stand above this",
        "# file. Folders are relative to this file; they may lie on another disk or a share.",
    ]
    for name, field in Settings.model_fields.items():
        lines += ["", f"# {field.description}.", f"#{name} = {_toml_value(field.default)}"]
    return "\n".join(lines) + "\n"


def settings_table() -> str:
    """The settings as a Markdown table: name, default, meaning."""
    rows = ["| setting | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        rows.append(f"| `{name}` | `{_toml_value(field.default)}` | {field.description} |")
    return "\n".join(rows)


def _toml_value(value: Any) -> str:
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value is None:
        value = ""
    if isinstance(value, Path):
        value = str(value)
    # TOML's basic strings, numbers, booleans and arrays of them are spelled as JSON's.
    return json.dumps(value)
