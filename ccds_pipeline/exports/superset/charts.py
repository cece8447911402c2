"""The charts of one release, as ``charts.yaml`` defines them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from ccds_pipeline.exports.content import OF_SESSIONS, Content
from ccds_pipeline.schemas.register import Table, table_of

Spec = Mapping[str, Any]
_LONGEST = 250  # of a title in Superset
_WHOLE = 1.05
"""What shares of one whole may add up to, rounded and perturbed as they are."""


@dataclass(frozen=True)
class Chart:
    """One chart of one bundle: a chart of ``superset.yaml``, for one entry of the list it is made for.

    Args:
        key: Its name, unlike that of any other.
        title: What stands above it.
        spec: What ``superset.yaml`` says of it.
        where: Conditions on columns of its table, a value or several each.
        entry: The entry it is made for.
    """

    key: str
    title: str
    spec: Spec
    where: Mapping[str, Any]
    entry: Mapping[str, Any]

    @property
    def table(self) -> Table:
        """The released table that it shows."""
        return table_of(f"reporting.{self.spec['table']}")


def charts_of(content: Content) -> dict[str, list[Chart]]:
    """Return the charts of a release by their names in ``charts.yaml``."""
    lists, wave_order = lists_of(content), _wave_order(content)
    return {
        name: [
            _chart(name, spec, {**entry, "wave_order": wave_order})
            for entry in (lists[spec["each"]] if "each" in spec else [{}])
        ]
        for name, spec in definitions()["charts"].items()
    }


@cache
def definitions() -> Spec:
    """Return what ``charts.yaml`` says."""
    text = (resources.files("ccds_pipeline.exports.superset") / "charts.yaml").read_text(encoding="utf-8")
    read: Spec = yaml.safe_load(text)
    return read


def _chart(name: str, spec: Spec, entry: Mapping[str, Any]) -> Chart:
    def filled(text: str) -> Any:  # noqa: ANN401  # a list, if the entry has one
        only = text[1:-1] if text.startswith("{") and text.endswith("}") else ""
        return entry[only] if only in entry else text.format(**entry)

    where = {column: filled(value) for column, value in spec.get("where", {}).items()}
    if "bounds" in spec:
        bounds = [filled(value) if isinstance(value, str) else value for value in spec["bounds"]]
        spec = {**spec, "bounds": bounds}
    if "sort" in spec:
        spec = {**spec, "sort": filled(spec["sort"])}
    return Chart(
        "-".join([name, *entry.get("key", ())]), str(filled(spec["title"]))[:_LONGEST], spec, where, entry
    )


def _wave_order(content: Content) -> str:
    """Return an expression of SQL for the order of a wave."""
    waves = content.tables["dim_wave"].to_pylist()
    cases = " ".join(f"WHEN {_quoted(row['wave'])} THEN {row['wave_order']}" for row in waves)
    return f"CASE wave {cases} END"


def _wave_number(content: Content) -> str:
    """Return an expression of SQL for the place of a wave, as text that sorts."""
    waves = content.tables["dim_wave"].to_pylist()
    cases = [
        f"WHEN {_quoted(row['wave'])} THEN '{number_text(row['wave_order'], len(waves))}'" for row in waves
    ]
    return " ".join(["CASE wave", *cases, "END"]) if cases else "''"


def _quoted(text: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def calculated_of(table: Table, content: Content) -> dict[str, str]:
    """Return the calculated columns of a released table, expressions of SQL by name."""
    expressions = definitions()["calculated"].get(table.name, {})
    of_release = {"option_digits": _option_digits(content), "wave_number": _wave_number(content)}
    return {name: expression.format(**of_release) for name, expression in expressions.items()}


def numbered(label: str, place: int, of: int) -> str:
    """Return a label as calculated columns name it: with its place, from 1, among so many."""
    return f"{number_text(place, of)} {label}"


def number_text(place: int, of: int) -> str:
    """Return a place among so many, in digits that sort as text."""
    return f"{place:0{len(str(of))}}"


def _option_digits(content: Content) -> str:
    """Return an expression of SQL for how many digits the numbers of a question's options have."""
    most: dict[str, int] = {}
    for row in content.tables["answer"].to_pylist():
        most[row["question_id"]] = max(most.get(row["question_id"], 0), row["option_order"])
    long = {question_id: len(str(number)) for question_id, number in most.items() if len(str(number)) > 1}
    cases = [f"WHEN {_quoted(question_id)} THEN {digits}" for question_id, digits in sorted(long.items())]
    return " ".join(["CASE question_id", *cases, "ELSE 1 END"]) if cases else "1"


def lists_of(content: Content) -> dict[str, list[dict[str, Any]]]:
    """Return the lists that charts are made for."""
    headlines = content.tables["kpi_headline"].to_pylist()
    reach = content.tables["reach"].to_pylist()
    shares = [row for row in headlines if row["fraction"] is not None]
    with_target = [row for row in shares if row["target"] is not None]
    places = [row for row in reach if row["breakdown"] not in OF_SESSIONS]
    counted = {row["kpi_id"] for row in reach}
    changes = [row for row in content.tables["change"].to_pylist() if row["breakdown"] == "all"]
    surveys = [row for row in content.tables["response"].to_pylist() if row["rate"] is not None]
    ranges = sorted({(row["scale_minimum"], row["scale_maximum"]) for row in changes} - {(None, None)})
    return {
        "target_kpi": with_target[:1],
        "reach_kpi": [row for row in headlines if row["kpi_id"] in counted][:1],
        "reach_breakdown": [{**row, "breakdown_words": row["breakdown_label"].lower()} for row in places[:1]],
        "change_kpi": [row for row in changes if row["mean_change"] is not None][:1],
        "survey": surveys[:1],
        "range": [
            {"key": [f"{low}-{high}"], "scale_minimum": low, "scale_maximum": high} for low, high in ranges
        ],
        **_answered(content),
    }


def _answered(content: Content) -> dict[str, list[dict[str, Any]]]:
    """Return the scales in words with their questions, questions of a score, and those of several options.

    Where an answer may name several options, shares add up to more than the whole and are not stacked.
    """
    questions: dict[str, list[Mapping[str, Any]]] = {}
    for row in content.tables["answer"].to_pylist():
        questions.setdefault(row["question_id"], []).append(row)
    scales: dict[tuple[str, ...], list[str]] = {}
    scored, chosen = [], []
    for question_id, rows in questions.items():
        labels = tuple(dict.fromkeys(row["option_label"] for row in rows))
        asked = {row["wave"]: row for row in rows}
        if all(label.isdecimal() for label in labels):
            scored.append({"key": [question_id], **rows[0]})
        elif any(_adds_up_to(rows, wave) > _WHOLE for wave in asked):
            chosen += [{"key": [question_id, wave], **row} for wave, row in asked.items()]
        else:
            scales.setdefault(labels, []).append(question_id)
    return {
        "scored_question": scored,
        "chosen_question": chosen,
        "scale": [
            {"key": labels, "first": labels[0], "last": labels[-1], "question_ids": ids}
            for labels, ids in scales.items()
        ],
    }


def _adds_up_to(rows: Iterable[Mapping[str, Any]], wave: str) -> float:
    return sum(row["share"] or 0 for row in rows if row["wave"] == wave)
