"""The second detector on single texts and columns, and the release that it stops; everything is invented."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from ccds_pipeline.deidentify import detector
from ccds_pipeline.deidentify.detector import KINDS, identifiers_in, scan_texts
from ccds_pipeline.deidentify.redaction.redact import redact
from ccds_pipeline.errors import CheckFailedError
from ccds_pipeline.release.candidate import refuse_identifiers
from ccds_pipeline_tests.support.labelled_comments import PARTS, labelled_comments

KIND_OF_MARK = {
    "email": "email",
    "phone": "phone",
    "ni": "ni_number",
    "url": "web_address",
    "postcode": "postcode",
}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("write to jane.doe@example.org", "email"),
        ("jane dot doe at example dot org", "email"),
        ("jane at nhs.net", "email"),
        ("see https://example.org/jane", "web_address"),
        ("see example.co.uk/jane", "web_address"),
        ("call 07700 900123", "phone"),
        ("call +44 20 7946 0018", "phone"),
        ("patient 999 110 6847", "nhs_number"),
        ("patient 999-110-6847", "nhs_number"),
        ("lives at LS6 2QX", "postcode"),
        ("lives at ls62qx", "postcode"),
        ("NI QQ 12 34 56 C", "ni_number"),
        ("born 12/03/1947", "date_of_day"),
        ("born 1947-03-12", "date_of_day"),
        ("case 20931777", "long_number"),
        ("thanks to Dravika Sollenberg", "name"),
    ],
)
def test_an_identifier_shows_its_kind(text, kind):
    assert kind in identifiers_in(text)


@pytest.mark.parametrize(
    "text",
    ["Overall experience very good or excellent", "2022-03", "95 % of 2,400", "24/7, 10/10, 9.30", "Y56",
     "4 to 6 weeks", "Session 12 at 10.30", "Fewer than 8 people", "NHS England and the CQC", ""],
)  # fmt: skip
def test_an_ordinary_text_shows_none(text):
    assert identifiers_in(text) == []


def test_a_scan_counts_texts_by_kind_and_passes_over_what_is_no_text():
    texts = pd.Series(
        ["a@example.org", "a@example.org", "call 07700 900123", None, 3.5, "fine"], dtype="object"
    )
    found = scan_texts(texts).set_index("kind")["n"].to_dict()
    assert found["email"] == 2
    assert found["phone"] == 1
    assert set(found) <= set(KINDS)
    assert scan_texts(pd.Series([], dtype="str")).columns.tolist() == ["kind", "n"]


def test_a_word_that_another_text_holds_in_small_letters_is_no_name():
    title = "about Compassionate Conversations"
    assert scan_texts(pd.Series([title]))["kind"].tolist() == ["name"]
    assert scan_texts(pd.Series([title, "compassionate conversations help"]))["kind"].tolist() == []


def test_it_finds_what_the_redactor_was_made_for_by_itself():
    marked = [
        (KIND_OF_MARK[one.kind], comment.text)
        for part in PARTS
        for comment in labelled_comments(part)
        for one in comment.identifiers
        if one.kind in KIND_OF_MARK
    ]
    found = [kind in identifiers_in(text) for kind, text in marked]
    assert len(found) > 50
    assert sum(found) / len(found) >= 0.85


@pytest.mark.attack("A15")
def test_redacted_comments_show_it_next_to_nothing():
    texts = pd.Series([one.text for part in PARTS for one in labelled_comments(part)], dtype="str")
    before, after = (
        scan_texts(frame).set_index("kind")["n"] for frame in (texts, redact(texts)["redacted_text"])
    )
    certain = [kind for kind in KINDS if kind not in {"name", "long_number"}]
    assert before.reindex(certain).min() > 1
    assert after.reindex(certain).fillna(0).sum() == 0


def test_it_shares_no_code_with_the_redactor():
    code = Path(str(detector.__file__)).read_text(encoding="utf-8")
    imported = re.findall(r"^(?:from|import) (\S+)", code, re.MULTILINE)
    assert not [name for name in imported if name.startswith("ccds_pipeline")]


@pytest.mark.attack("A16")
def test_a_release_with_an_identifier_is_stopped_and_the_message_does_not_repeat_it():
    tables = {
        "kpi": pd.DataFrame({"level_label": ["Midlands", "ask jane.doe@example.org"], "value": [0.9, 0.8]}),
        "claim": pd.DataFrame({"text": ["call 07700 900123", "call 07700 900124"]}),
    }
    with pytest.raises(CheckFailedError) as stopped:
        refuse_identifiers(tables, declared=())
    message = str(stopped.value)
    assert "kpi.level_label: email in 1 cells" in message
    assert "claim.text: phone in 2 cells" in message
    assert not [part for part in ("jane", "example", "07700", "900123") if part in message]


def test_texts_that_were_written_to_be_published_may_look_like_anything():
    contact = "Questions to enquiries@example.org"
    tables = {"programme": pd.DataFrame({"note": [contact]})}
    refuse_identifiers(tables, declared=[contact])
    with pytest.raises(CheckFailedError):
        refuse_identifiers(tables, declared=["another text"])


def test_labels_of_the_reference_tables_and_codes_made_here_pass():
    tables = {
        "kpi": pd.DataFrame({"level_label": ["NHS South Yorkshire Integrated Care Board"]}),
        "release": pd.DataFrame({"release_id": ["20220831T101500Z-1234567890123456"]}),
    }
    refuse_identifiers(tables, declared=())
