"""What loading a source rests on besides the files: a change of it loads the source's deliveries again.

A KPI, a claim, a theme, a label or an owner is not part of it, nor is what is expected when, nor whether a
source is complete: that decides what ``core`` takes of the rows. The files themselves are compared in
``outstanding``.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from ccds_pipeline.programme.model import Programme, Source


def loading_contract(programme: Programme, source: Source, *, reference_digest: str) -> str:
    """Return a hash of what loading a source uses of the programme file and of the reference tables.

    Args:
        programme: Gives questions, scales and linking.
        source: One of its sources.
        reference_digest: Of the organisations and boards that were loaded; empty for the shipped ones.
    """
    questions = [programme.questions_by_id[name] for name in sorted(source.questions)]
    scales = sorted({question.scale for question in questions if question.scale})
    content: dict[str, Any] = {
        "source": source.model_dump(
            mode="json", exclude={"label", "database", "complete", "owner", "expected"}
        ),
        "questions": [
            question.model_dump(mode="json", include={"id", "kind", "scale"}) for question in questions
        ],
        "scales": {name: programme.scales[name].model_dump(mode="json") for name in scales},
        "reference": reference_digest if "organisation" in source.fields else "",
    }
    if source.record == "attendance":
        content["staff"] = sorted(programme.attendance.facilitator_roles)
    if "link_code" in source.fields:
        content["linking"] = programme.linking.model_dump(include={"near_codes", "shortest_near_code"})
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
