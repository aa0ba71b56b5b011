"""Tests of networks."""

from __future__ import annotations

import tests.keras_once  # noqa: F401
