"""What to do about each rule by which a row is rejected, a file is refused, or a column is reported.

The sentences are in ``remedies.yaml``. The rules themselves are raised where they are checked; a refusal's
own message says more than the sentence there, which knows nothing of the tool.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

import yaml

_UNKNOWN = "This version does not know the rule: load the delivery again."


@cache
def remedies() -> Mapping[str, str]:
    """Return the sentence of each rule."""
    file = resources.files("ccds_pipeline.ingest") / "remedies.yaml"
    sentences: Mapping[str, str] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return sentences


def remedy_of(rule: str) -> str:
    """Return what to do about a rule; a rule that only an older version had says so."""
    return remedies().get(rule, _UNKNOWN)
