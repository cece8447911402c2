"""Published claims as readers get them: with released values, and for earlier days once and for all.

What was known on an earlier day does not change any more. So a claim about it is released once and then
kept: computed again it would only show who was corrected or erased since. It is withheld where the present,
or any earlier release, differs from that day by a few people (PRIVACY.md P17).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import sqlalchemy as sa

from ccds_pipeline.kpi.as_of import warehouse_as_of
from ccds_pipeline.kpi.claims import Figure, claim_rows, earlier_days, verdict
from ccds_pipeline.programme.model import Claim, Programme
from ccds_pipeline.release.cell_keys import CellKeys, cell_keys_as_of
from ccds_pipeline.release.cells import RELEASE_RUN, may_leave, populations_of, rules_of, sensitive_kpis
from ccds_pipeline.release.ledger import contributions, open_to_differencing
from ccds_pipeline.release.perturbation import REACH
from ccds_pipeline.release.protection import release_kpis, withhold
from ccds_pipeline.release.suppression import alike_answers
from ccds_pipeline.schemas.readings import WHOLE
from ccds_pipeline.schemas.register import table_of
from ccds_pipeline.schemas.verdicts import BORNE_OUT, JUDGED
from ccds_pipeline.warehouse.bulk import append, read_frame

_NEAR = "near_release"
_NAMES = ["claim_id", "definition_version", "as_of"]
_KEPT = ["estimand", "unit", "value", "denominator", "ci_low", "ci_high", "data_version"]


@dataclass(frozen=True)
class _Day:
    """What was known on a day: exact KPIs, and who contributed to those that claims are about."""

    kpis: pd.DataFrame
    contributions: pd.DataFrame
    keys: CellKeys
    alike: pd.DataFrame


def released_claims(
    engine: sa.Engine, programme: Programme, exact: pd.DataFrame, present: pd.DataFrame
) -> pd.DataFrame:
    """Return the claims with released values, judged on what is released alone.

    So a verdict says nothing that the number and its interval do not say; that goes for a value that was
    kept from an earlier release too.

    Args:
        engine: The warehouse, after ``release.ledger.count_contributions``.
        programme: Lists the claims.
        exact: Rows of ``kpi.kpi``.
        present: The same as they are released.

    Returns:
        The columns of ``reporting.claim``.
    """
    today = pd.Timestamp(exact["as_of"].iloc[0]).date() if len(exact) else None
    with engine.connect() as connection:
        kept = read_frame(connection, table_of("ops.released_claim"))
    kept = kept[kept["rules"] == rules_of(programme.release)]
    days: dict[date | None, _Day] = {
        day: _day(engine, programme, day)
        for day in earlier_days(engine, programme, today)
        if not all(len(_earlier(kept, claim)) for claim in _claims_of(programme, day))
    }
    with engine.begin() as connection:
        released = {day: _released(connection, known, programme) for day, known in days.items()}
    rows = claim_rows(
        programme, {None: present, today: present, **released}, run_id=RELEASE_RUN, count_margin=REACH
    )
    # control: a claim about an earlier day is released once
    rows = _with_kept(rows, kept, programme)
    return rows.assign(**{name: rows[name].mask(rows[name] == "") for name in ("kpi_id", "estimand")})


def keep_claims(connection: sa.Connection, programme: Programme, claims: pd.DataFrame) -> None:
    """Remember what is released of claims about a day, unless it is remembered already.

    Args:
        connection: The transaction that notes the release.
        programme: Says which claims name a day.
        claims: Rows of ``reporting.claim`` as they are released.
    """
    kept = read_frame(connection, table_of("ops.released_claim"))
    rules = rules_of(programme.release)
    known = set(kept.loc[kept["rules"] == rules, _NAMES].itertuples(index=False, name=None))
    names_day = claims["claim_id"].isin([claim.id for claim in programme.claims if claim.as_of is not None])
    judged = claims[names_day & claims["state"].isin(JUDGED)]
    borne_out = judged["state"].isin(BORNE_OUT)
    judged = judged.assign(state=borne_out.map({True: "agrees", False: "differs"}))
    is_new = [name not in known for name in judged[_NAMES].itertuples(index=False, name=None)]
    append(
        connection,
        table_of("ops.released_claim"),
        judged.loc[np.array(is_new, dtype=bool)].assign(rules=rules),
    )


def _day(engine: sa.Engine, programme: Programme, day: date) -> _Day:
    """Return what was known on a day of the whole, which is what claims are about."""
    with warehouse_as_of(engine, programme, day, run_id=RELEASE_RUN) as connection:
        kpis = read_frame(connection, table_of("kpi.kpi"))
        kpis = kpis[kpis["breakdown"] == WHOLE]
        claimed = {claim.kpi for claim in programme.claims if claim.as_of == day}
        cells = may_leave(kpis[kpis["kpi_id"].isin(claimed)])
        return _Day(
            kpis,
            contributions(connection, set(populations_of(cells, programme))),
            cell_keys_as_of(connection),
            alike_answers(connection),
        )


def _released(connection: sa.Connection, known: _Day, programme: Programme) -> pd.DataFrame:
    """Apply the rules of single cells, and withhold what is near to another state of the same cell."""
    rules = programme.release
    exact = may_leave(known.kpis)
    rows = release_kpis(
        exact.assign(population=populations_of(exact, programme)),
        known.keys,
        rules=rules,
        alike=known.alike,
        sensitive=sensitive_kpis(programme),
    )
    near = open_to_differencing(connection, known.contributions, minimum_people=rules.minimum_people)
    parts = rows[["breakdown", "level"]].assign(population=populations_of(rows, programme))
    is_near = pd.MultiIndex.from_frame(parts[near.columns]).isin(pd.MultiIndex.from_frame(near))
    # control: a claim near a release is withheld
    return withhold(rows, rows["suppression_reason"].mask(is_near & ~rows["suppressed"], _NEAR))


def _claims_of(programme: Programme, day: date) -> list[Claim]:
    """Return the claims about a day that a KPI decides, and no other claim."""
    about = [claim for claim in programme.claims if claim.as_of == day]
    return [claim for claim in about if claim.kpi is not None and claim.rounding_of is None]


def _with_kept(rows: pd.DataFrame, kept: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Put what was released of a claim's day before in place of what is computed for it now."""
    claims = {claim.id: claim for claim in programme.claims if claim.rounding_of is None}
    for label, row in rows[rows["claim_id"].isin(claims)].iterrows():
        claim = claims[row["claim_id"]]
        if len(same := _earlier(kept, claim)):
            earlier = same.iloc[0]
            rows.loc[label, _KEPT] = earlier[_KEPT]
            rows.loc[label, "state"] = verdict(claim, _figure(earlier))
    return rows


def _earlier(kept: pd.DataFrame, claim: Claim) -> pd.DataFrame:
    """Return what was released of a claim about an earlier day, at most one row; none of other claims."""
    is_of_claim = (kept["claim_id"] == claim.id) & (kept["definition_version"] == claim.version)
    same: pd.DataFrame = kept[is_of_claim & (kept["as_of"].dt.date == claim.as_of)]
    return same


def _figure(earlier: pd.Series) -> Figure:
    low, high = earlier[["ci_low", "ci_high"]].astype("float64")
    n = 0.0 if pd.isna(earlier["denominator"]) else float(earlier["denominator"])
    return Figure(float(earlier["value"]), str(earlier["unit"]), low=low, high=high, count_margin=REACH, n=n)
