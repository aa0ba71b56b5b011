"""The text of ``pigeonhole.toml``, changed in single lines: comments and order stay."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from config.errors import SettingsError
from config.settings import Settings, parsed_toml

SECRETS = tuple(
    name for name, field in Settings.model_fields.items() if field.annotation is SecretStr
)

_LEFT_OUT = "left out of the backup"
_NAMES = "|".join(SECRETS)
_MENTIONED = re.compile(rf"(?i)(?:pigeonhole_)?(?:{_NAMES})(?![a-z0-9_])")
_EMPTY = re.compile(rf'[ \t]*#(?:{_NAMES}) = ""(?:  # {_LEFT_OUT})?\n?')
_QUOTES = re.compile(r"\"{3}|'{3}")
_MOST_PARSED = 1 << 22
"""Characters that are parsed to find the lines of one setting: a file from outside is no honest one."""


def without_secrets(text: str) -> str:
    """``text`` with every secret commented out and emptied, also where it was commented out.

    Raises:
        SettingsError: a secret is set in a way that cannot be taken out.
    """
    for name in SECRETS:
        text = unset(text, name, note=_LEFT_OUT)
    return _without_mentions(text)


def _without_mentions(text: str) -> str:
    """``text`` without what comments say from a secret's name to the end of the line.

    Where that opens a string of several lines, the comments up to its closing quotes go as well.
    """
    lines, before = text.splitlines(keepends=True), _parsed(text)

    def is_comment(number: int, cut: str) -> bool:
        return _is_same("".join([*lines[:number], cut, *lines[number + 1 :]]), before)

    cut = _cut(lines, lambda _number, _cut: True)
    # Else a name stands in a value as well, and each line must be looked at on its own.
    return cut if _is_same(cut, before) else _cut(lines, is_comment)


def _cut(lines: list[str], is_comment: Callable[[int, str], bool]) -> str:
    kept, closing = [], ""
    for number, line in enumerate(lines):
        if closing and line.lstrip().startswith("#"):
            closing = "" if closing in line else closing
            continue
        closing = ""
        mark = line.find("#")
        found = _MENTIONED.search(line, mark + 1) if mark >= 0 else None
        if found is None or _EMPTY.fullmatch(line):
            kept.append(line)
            continue
        cut = f"{line[: found.start()]}{_LEFT_OUT}" + ("\n" if line.endswith("\n") else "")
        if not is_comment(number, cut):
            kept.append(line)  # no comment: it stands in a value
            continue
        rest = line[found.end() :]
        opened = _QUOTES.search(rest)
        if opened and rest.count(opened[0]) % 2:
            closing = opened[0]
        kept.append(cut)
    return "".join(kept)


def _is_same(text: str, settings: dict[str, Any]) -> bool:
    try:
        return _parsed(text) == settings
    except SettingsError:
        return False


def unset(text: str, name: str, *, note: str) -> str:
    """``text`` with a setting commented out and emptied; as it is where it is not set."""
    if name not in _parsed(text):
        return text
    return _replaced(text, name, f'#{name} = ""  # {note}\n')


def value_of(text: str, name: str) -> str:
    """What a setting is set to, if that is text; empty where it is not set."""
    value = _parsed(text).get(name, "")
    return value if isinstance(value, str) else ""


def set_folder(text: str, name: str, value: str) -> str:
    """``text`` with a setting of a folder set to ``value``."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise SettingsError(
            f"{name} would be {value!r}, which is not UTF-8", "Choose another name for the folder"
        ) from None
    line = f"{name} = {json.dumps(value, ensure_ascii=False)}\n"
    if name in _parsed(text):
        return _replaced(text, name, line)
    return text + ("" if not text or text.endswith("\n") else "\n") + line


def with_folders(text: str, root: Path, wanted: Mapping[str, Path]) -> str:
    """``text`` such that the home at ``root`` has its folders at ``wanted``.

    Args:
        text: of the file of settings.
        root: of the home.
        wanted: absolute, by the names of settings. The environment is not looked at.
    """
    for name, place in wanted.items():
        if _folder(text, root, name) == place:
            continue
        text = unset(text, name, note="restored into this home")
        if _folder(text, root, name) != place:
            inside = place.is_relative_to(root)
            text = set_folder(text, name, str(place.relative_to(root)) if inside else str(place))
    return text


def _folder(text: str, root: Path, name: str) -> Path:
    value = _parsed(text).get(name, Settings.model_fields[name].default)
    if not isinstance(value, str | Path):
        raise SettingsError(f"{name} in the settings is not a path", "Correct that line")
    try:
        return Path(os.path.abspath(root / Path(value).expanduser()))
    except RuntimeError:  # of no user of this machine
        return Path(value)


def _parsed(text: str) -> dict[str, Any]:
    try:
        return parsed_toml(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"the settings are not TOML: {error}", "Correct that line") from None


def _replaced(text: str, name: str, line: str) -> str:
    """``text`` with ``line`` in place of the lines that set ``name``, one or several.

    Which lines these are, the parser says: without them the settings are the same but for one.
    """
    rest = {key: value for key, value in _parsed(text).items() if key != name}
    lines = text.splitlines(keepends=True)
    begins = re.compile(rf"\s*[\"']?{re.escape(name)}[\"']?\s*=")
    parsed = 0
    for start in (number for number, one in enumerate(lines) if begins.match(one)):
        value = ""
        for end in range(start + 1, len(lines) + 1):
            value += lines[end - 1]
            parsed += len(value)
            if parsed > _MOST_PARSED:
                raise _not_found(name)
            try:
                parsed_toml(value)
            except tomllib.TOMLDecodeError:
                continue  # it goes on in the next line
            parsed += len(text)
            if _is_same("".join(lines[:start] + lines[end:]), rest):
                return "".join([*lines[:start], line, *lines[end:]])
            break
    raise _not_found(name)


def _not_found(name: str) -> SettingsError:
    return SettingsError(
        f"{name} cannot be taken out of the settings", f"Write it on one line: {name} = …"
    )
