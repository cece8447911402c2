"""Links of a warehouse against the demonstration's planted ones: precision and recall, by tier and overall.

What is measured:

- A **link** is a claim that a response is by a person about a session which that person attended. It is
  right where that person wrote it and meant that session; where several share an address, only under the
  writer's own booking. Responses of everybody count, also of people who never attended.
- **Precision** is right links over links. **Recall** is right links over the responses, neither test nor
  broken, of people who identifiably attended the session that they wrote about; whatever the response
  carries, nothing at all included.
- A **pair** is a valid response to the wave "pre" and one to "post" of one respondent and session, right
  where one person wrote both about that session. Recall is over the people and sessions, attended
  identifiably, with a response to each of both waves that was submitted on its side of the session.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd

from ccds_pipeline.deidentify.pseudonym import Pseudonymiser
from ccds_pipeline_tests.truth.links_file import KEY_SEPARATOR

TIERS = ("reference", "email", "code", "near_code")
CARRIED = ("reference", "email", "code", "nothing")
_INNER_SEPARATOR = "\x1f"
_FOUND = """
SELECT
    response.response_key, response.wave, response.link_tier, response.state,
    response.participant_key, response.respondent_key, response.session_code,
    attendance.participant_key IS NOT NULL AS is_to_attended,
    CASE
        WHEN response.wave = 'pre' THEN response.submitted_at <= about.starts_at
        ELSE response.submitted_at >= about.starts_at
    END AS is_in_time
FROM core.fact_response AS response
LEFT JOIN core.fact_attendance AS attendance
    ON response.participant_key = attendance.participant_key
    AND response.session_code = attendance.session_code AND attendance.is_attended
LEFT JOIN planted ON response.response_key = planted.response_key
LEFT JOIN core.dim_session AS about ON planted.session_code = about.session_code
"""
_BOOKINGS = "SELECT reference_key, participant_key FROM core.fact_booking WHERE reference_key IS NOT NULL"


def measured_links(landing: Path, warehouse: Path, pseudonymiser: Pseudonymiser) -> pd.DataFrame:
    """Return one row per response: what was planted, what was found, and whether that is right."""
    planted = _planted(landing, pseudonymiser)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.register("planted", planted)
        found = connection.execute(_FOUND).df()
        bookings = connection.execute(_BOOKINGS).df()
    own = planted[["response_key", "reference"]].assign(
        reference=planted["reference"].str.split(KEY_SEPARATOR, regex=False)
    )
    own = own.explode("reference")
    own["reference_key"] = pseudonymiser.keys(own["reference"], purpose="reference").to_numpy()
    own = own.merge(bookings, on="reference_key").rename(columns={"participant_key": "respondent_key"})
    merged = planted.merge(found, on="response_key", how="outer", suffixes=("_planted", ""), indicator=True)
    assert (merged["_merge"] == "both").all(), "a response is planted and not found, or found and not planted"
    by_booking = pd.MultiIndex.from_frame(own[["response_key", "respondent_key"]])
    is_own_booking = pd.MultiIndex.from_frame(merged[["response_key", "respondent_key"]]).isin(by_booking)
    is_own_name = merged["respondent_key"] == merged["writer_key"]
    is_right = (merged["session_code"] == merged["session_code_planted"]) & (is_own_name | is_own_booking)
    return merged.assign(is_right=is_right & (merged["participant_key"] == merged["respondent_key"]))


def _planted(landing: Path, pseudonymiser: Pseudonymiser) -> pd.DataFrame:
    rows = pd.read_csv(landing.parent / "truth_links.csv", dtype=str, keep_default_na=False)
    natural = rows["record"].str.replace(KEY_SEPARATOR, _INNER_SEPARATOR, regex=False)
    keys = [
        pseudonymiser.keys(natural[rows["source_id"] == source], purpose=f"record:{source}")
        for source in rows["source_id"].unique()
    ]
    return rows.assign(
        response_key=pd.concat(keys),
        writer_key=pseudonymiser.person_keys(rows["email"]),
        is_attended=rows["is_attended"] == "true",
    )


def link_scores(links: pd.DataFrame) -> pd.DataFrame:
    """Return links, right ones, precision, those that should be found and recall, by tier and overall.

    Precision is by the tier that linked; recall by the best that the response carries.
    """
    claimed = links[links["is_to_attended"]]
    wanted = links[links["is_attended"]]
    rows = {tier: _precision(claimed[claimed["link_tier"] == tier]) for tier in TIERS} | {
        "overall": _precision(claimed)
    }
    recalls = {carried: _recall(wanted[wanted["carries"] == carried]) for carried in CARRIED} | {
        "overall": _recall(wanted)
    }
    return (
        pd.DataFrame(rows)
        .T.join(pd.DataFrame(recalls).T, how="outer")
        .reindex([*TIERS, "nothing", "overall"])
    )


def pair_scores(links: pd.DataFrame) -> pd.DataFrame:
    """Return the same for pairs of the waves before and straight after; the tier is the lesser of the two."""
    valid = links[links["state"] == "valid"]
    pairs = valid[valid["wave"] == "pre"].merge(
        valid[valid["wave"] == "post"], on=["respondent_key", "session_code"], suffixes=("", "_post")
    )
    pairs["is_right"] &= pairs["is_right_post"] & (pairs["reference"] == pairs["reference_post"])
    order = {tier: place for place, tier in enumerate(TIERS)}
    pairs["link_tier"] = [
        max(tiers, key=order.__getitem__)
        for tiers in zip(pairs["link_tier"], pairs["link_tier_post"], strict=True)
    ]
    wanted = links[links["is_attended"] & links["is_in_time"] & links["wave"].isin(["pre", "post"])]
    waves = wanted.groupby(["writer_key", "reference", "session_code_planted"])["wave"].nunique()
    right_n, wanted_n = int(pairs["is_right"].sum()), int((waves == 2).sum())
    rows = {tier: _precision(pairs[pairs["link_tier"] == tier]) for tier in TIERS}
    overall = _precision(pairs) | {"wanted": wanted_n, "recall": right_n / wanted_n}
    return pd.DataFrame(rows | {"overall": overall}).T


def _precision(links: pd.DataFrame) -> dict[str, float]:
    right_n = int(links["is_right"].sum())
    return {"links": len(links), "right": right_n, "precision": right_n / len(links) if len(links) else 1.0}


def _recall(wanted: pd.DataFrame) -> dict[str, float]:
    found = int((wanted["is_right"] & wanted["is_to_attended"]).sum())
    return {"wanted": len(wanted), "found": found, "recall": found / len(wanted) if len(wanted) else 1.0}
