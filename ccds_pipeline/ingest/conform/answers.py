"""Delivered answers → options and scores of the programme's scales, and free text apart.

A blank, "not applicable", a question that was not reached, an answer that is not understood and a zero are
different things here, and stay so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from ccds_pipeline.ingest.conform.faults import Faults
from ccds_pipeline.ingest.conform.fields import blank_to_missing
from ccds_pipeline.programme.labels import normalise_label
from ccds_pipeline.programme.model import (
    NOT_APPLICABLE,
    OTHER,
    AnswerMarks,
    Programme,
    Question,
    QuestionMapping,
    Scale,
    Source,
)

_SEPARATOR = ";"
_COLUMNS = ["row", "question_id", "state", "option_code", "score"]
NOT_UNDERSTOOD = "not_understood"


def conform_answers(rows: pd.DataFrame, source: Source, programme: Programme, faults: Faults) -> pd.DataFrame:
    """Return one row per answer: row (index label), question_id, state, option_code, score.

    ``state`` is answered, blank, not_applicable, not_reached or not_understood; a multiple question gives one
    row per ticked option. Questions that a file does not ask give no row. An answer that is neither on its
    scale nor a mark is not understood, and so is a list with such an option in it: which others were ticked
    does not say what was meant.
    """
    parts = [
        _answers(rows, programme.questions_by_id[question_id], source, programme)
        for question_id in source.questions
        if programme.questions_by_id[question_id].kind != "text"
    ]
    empty = pd.DataFrame({name: pd.Series(dtype="object") for name in _COLUMNS})
    answers = pd.concat(parts, ignore_index=True) if parts else empty
    return _with_pages(answers, rows, source, faults) if source.marks.last_page else answers


def conform_comments(rows: pd.DataFrame, source: Source, programme: Programme) -> pd.DataFrame:
    """Return one row per free-text answer that is not blank: row, question_id, text. Personal data."""
    parts, marks = [], _marked(source.marks)
    for question_id in source.questions:
        name = f"question.{question_id}"
        if programme.questions_by_id[question_id].kind == "text" and name in rows:
            texts = blank_to_missing(rows[name]).dropna()
            texts = texts[~texts.map(normalise_label).isin(marks)]
            parts.append(pd.DataFrame({"row": texts.index, "question_id": question_id, "text": texts.array}))
    empty = pd.DataFrame({"row": [], "question_id": [], "text": pd.Series(dtype="str")})
    return pd.concat(parts, ignore_index=True) if parts else empty


def _marked(marks: AnswerMarks) -> dict[str, str]:
    """Return the state that each marking text means, by normalised label."""
    return {normalise_label(text): state for text, state in marks.meanings()}


def _with_pages(answers: pd.DataFrame, rows: pd.DataFrame, source: Source, faults: Faults) -> pd.DataFrame:
    """Turn blanks of questions after the last page that a respondent saw into not reached."""
    texts = blank_to_missing(rows["last_page"])
    faults.add(texts.index[~texts.fillna("0").str.fullmatch("[0-9]+")], column="last_page", rule="not_a_page")
    last_pages = pd.to_numeric(texts.fillna("0"), errors="coerce")
    pages = answers["question_id"].map({name: asked.page or 0 for name, asked in source.questions.items()})
    is_behind = last_pages.reindex(answers["row"]).to_numpy() < pages.to_numpy()
    return answers.assign(
        state=answers["state"].mask(is_behind & (answers["state"] == "blank"), "not_reached")
    )


def _answers(rows: pd.DataFrame, question: Question, source: Source, programme: Programme) -> pd.DataFrame:
    scale, mapping = programme.scales[question.scale or ""], source.questions[question.id]
    marks = _marked(source.marks) | dict.fromkeys(map(normalise_label, scale.not_applicable), NOT_APPLICABLE)
    if mapping.option_columns:
        return _ticked_columns(rows, question, mapping, marks)
    name = f"question.{question.id}"
    if name not in rows:
        return pd.DataFrame({column: [] for column in _COLUMNS})
    texts = blank_to_missing(rows[name])
    if mapping.part is not None:
        texts = _part(texts, mapping.separator or _SEPARATOR, mapping.part)
    elif question.kind == "multiple":
        texts = _split(texts, mapping.separator or _SEPARATOR)
    meanings = [_meaning(text, mapping, scale, marks) for text in texts.dropna().unique()]
    meaning = pd.DataFrame(meanings, columns=_COLUMNS[2:])
    meaning.index = pd.Index(texts.dropna().unique(), dtype="str")
    blank = pd.DataFrame([("blank", "", None)], columns=_COLUMNS[2:], index=[""])
    answers = pd.concat([blank, meaning]).reindex(texts.fillna(""))
    answers = answers.assign(row=texts.index, question_id=question.id).reset_index(drop=True)[_COLUMNS]
    unread = answers.loc[answers["state"] == NOT_UNDERSTOOD, "row"]
    beside_unread = answers["row"].isin(unread) & (answers["state"] != NOT_UNDERSTOOD)
    return answers[~beside_unread].drop_duplicates(["row", "option_code"])


def _part(texts: pd.Series, separator: str, number: int) -> pd.Series:
    """Take one of the options that a cell lists, from 1; missing where it lists fewer."""
    listed = texts.dropna().str.split(separator, regex=False)
    chosen = [options[number - 1] if len(options) >= number else "" for options in listed]
    return blank_to_missing(pd.Series(chosen, index=listed.index, dtype="str")).reindex(texts.index)


def _split(texts: pd.Series, separator: str) -> pd.Series:
    parts = texts.str.split(separator, regex=False).explode().astype("str").str.strip()
    is_gap = (parts == "") & texts.notna().reindex(parts.index)
    return parts[~is_gap]


def _meaning(
    text: str, mapping: QuestionMapping, scale: Scale, marks: Mapping[str, str]
) -> tuple[str, str, float | None]:
    """Return state, option and score of a text: as it stands, or else of what the mapping extracts of it."""
    found = re.search(mapping.extract, text) if mapping.extract is not None else None
    for wording in (text, found[1] if found else None):
        meaning = _known_meaning(normalise_label(wording), scale, marks) if wording else None
        if meaning is not None:
            return meaning
    return ("answered", OTHER, None) if scale.accepts_other else (NOT_UNDERSTOOD, "", None)


def _known_meaning(
    label: str, scale: Scale, marks: Mapping[str, str]
) -> tuple[str, str, float | None] | None:
    if label in marks:
        return marks[label], "", None
    score, code = scale.score_of(label), scale.codes_by_label.get(label)
    if score is not None:
        return "answered", "", float(score)
    return None if code is None else ("answered", code, None)


def _ticked_columns(
    rows: pd.DataFrame, question: Question, mapping: QuestionMapping, marks: Mapping[str, str]
) -> pd.DataFrame:
    unticked = {normalise_label(text) for text in mapping.unticked} | set(marks)
    states = pd.Series("blank", index=rows.index, dtype="str")  # of rows without a tick
    marked, ticked = [], []
    for code in mapping.option_columns:
        name = f"question.{question.id}.{code}"
        if name in rows:
            texts = blank_to_missing(rows[name]).dropna()
            labels = texts.map(normalise_label)
            marked.append(labels.map(marks).dropna().astype("str"))
            chosen = labels.index[~labels.isin(unticked)]
            ticked.append(pd.DataFrame({"row": chosen, "option_code": code, "state": "answered"}))
    # Columns have no rank: of several marks the last by the alphabet counts, and each before a blank.
    states.update(pd.concat([states, *marked]).sort_values().groupby(level=0).last())
    answered = pd.concat(ticked, ignore_index=True) if ticked else pd.DataFrame({"row": []})
    blank = rows.index.difference(pd.Index(answered["row"]))
    blanks = pd.DataFrame({"row": blank, "option_code": "", "state": states[blank].array})
    return pd.concat([answered, blanks], ignore_index=True).assign(question_id=question.id, score=None)[
        _COLUMNS
    ]
