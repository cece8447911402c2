"""How responses were linked and who did not answer: counts beside the KPIs as cells, and back as tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ccds_pipeline.programme.model import Programme
from ccds_pipeline.release.companion_cells import cells_of, name_of
from ccds_pipeline.release.suppression import CLASS_DISCLOSURE
from ccds_pipeline.schemas.readings import RECORDS, SCORE, STANDARD_DEVIATIONS, WHOLE
from ccds_pipeline.schemas.register import table_of

_LINKS, _NON_RESPONSE = "links", "non_response"
_GROUPS = ("responders", "non_responders")
_DIFFERENCE = "difference"
_COMPARED = (*_GROUPS, _DIFFERENCE)
_BREAKDOWN_OF = {"sector": "sector", "region_code": "region"}
_CHARACTERISTIC_OF = {breakdown: name for name, breakdown in _BREAKDOWN_OF.items()}
_CELL = ["kpi_id", "characteristic", "level"]


def link_cells(counts: pd.DataFrame) -> pd.DataFrame:
    """Return how responses were linked, as cells.

    Args:
        counts: Rows of ``kpi.link_quality``.

    Returns:
        What ``companion_cells.as_cells`` takes, one row for each count.
    """
    rows = counts.melt(["wave"], _link_counts(), var_name="estimand", value_name="value")
    count = rows["value"].astype("float64")
    return rows.assign(
        kpi_id=name_of(_LINKS),
        breakdown=WHOLE,
        level=WHOLE,
        numerator=count,
        denominator=count,
        people_n=count,
        value=count,
        # control: counts of links are counts of people
        unit=RECORDS.name,
        definition_version="1",
        population="links/" + rows["wave"],
    )


def released_links(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of ``reporting.link_quality`` from released cells; withheld counts are empty."""
    rows = cells_of(cells, _LINKS)
    table = rows.pivot(index="wave", columns="estimand", values="value").reindex(columns=_link_counts())  # noqa: PD010  # one of each
    counts = table.astype("Float64").astype("Int64").reset_index().assign(phase=WHOLE)
    return counts.filter(table_of("reporting.link_quality").column_names)


def non_response_cells(rows: pd.DataFrame, people: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Return how those who answered differ from those who did not, as cells.

    Each group has a count for every part and a mean for every score; a cell of both groups says how far
    they are apart. A score that all of a group share is withheld (PRIVACY.md P14).

    Args:
        rows: Rows of ``kpi.non_response``.
        people: Distinct people of both groups: ``population``, ``breakdown``, ``level``, ``people_n``.
        programme: Gives wave and version of each KPI.

    Returns:
        What ``companion_cells.as_cells`` takes.
    """
    kpis = {kpi.id: kpi for kpi in programme.kpis}
    placed = rows.assign(
        name=rows["characteristic"].where(~rows["characteristic"].isin(_BREAKDOWN_OF)),
        breakdown=rows["characteristic"].map(_BREAKDOWN_OF).fillna(WHOLE),
        wave=[str(kpis[kpi_id].wave) for kpi_id in rows["kpi_id"]],
        definition_version=[kpis[kpi_id].version for kpi_id in rows["kpi_id"]],
    )
    with_whole = pd.concat([placed, _whole(placed)], ignore_index=True)
    groups = [_group(with_whole, group) for group in _GROUPS]
    cells = pd.concat([*groups, _differences(placed)], ignore_index=True)
    counted = cells.merge(_with_fewer(people), on=["population", "breakdown", "level"], how="left")
    # A count of somebody of whom nobody is known must not look like a count of nobody.
    someone = (counted["denominator"] > 0).astype("float64")
    known = counted["people_n"].fillna(0).clip(lower=someone)
    return counted.assign(
        people_n=known, kpi_id=[name_of(_NON_RESPONSE, kpi_id) for kpi_id in counted["kpi_id"]]
    )


def released_non_response(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of ``reporting.non_response`` but for labels, from released cells.

    A part of which any of the groups or their difference is withheld is empty. A share is that of the
    rounded count in the rounded group, in whole per cents (PRIVACY.md P13).
    """
    rows = cells_of(cells, _NON_RESPONSE)
    rows = rows.assign(kpi_id=rows["parts"].str[0])
    rows[["group", "name"]] = rows["estimand"].str.extract("([^/]*)/?(.*)")
    is_group = (rows["breakdown"] == WHOLE) & (rows["name"] == "") & (rows["group"] != _DIFFERENCE)
    parts = rows[~is_group]
    named = parts["name"].where(parts["name"] != "", parts["breakdown"].map(_CHARACTERISTIC_OF))
    parts = parts.assign(characteristic=named).set_index(_CELL)
    released = _compared(
        {group: parts[parts["group"] == group] for group in _COMPARED},
        rows[is_group].set_index(["kpi_id", "group"])["denominator"].astype("Float64"),
    )
    return released.filter(table_of("reporting.non_response").column_names)


def _link_counts() -> list[str]:
    return [
        column.name for column in table_of("reporting.link_quality").columns if column.name.endswith("_n")
    ]


def _group(rows: pd.DataFrame, group: str) -> pd.DataFrame:
    """Return the count of each part, or mean of each score, of one group."""
    is_score, n = rows["name"].notna(), rows[f"{group}_n"].astype("float64")
    is_unanimous = is_score & (n > 0) & (rows[f"{group}_sd"] == 0)
    return _shared(rows).assign(
        estimand=np.where(is_score, group + "/" + rows["name"].fillna(""), group),
        numerator=n.mask(is_score),
        denominator=n,
        value=rows[f"{group}_value"].where(is_score, n),
        unit=np.where(is_score, SCORE.name, RECORDS.name),
        population=_population(rows, group),
        suppressed=is_unanimous,
        suppression_reason=pd.Series(CLASS_DISCLOSURE, index=rows.index, dtype="str").where(is_unanimous),
    )


def _whole(rows: pd.DataFrame) -> pd.DataFrame:
    """Return how many both groups are, from the parts of the first characteristic that has parts."""
    parts = rows[rows["characteristic"] == next(iter(_BREAKDOWN_OF))]
    sums, same = (f"{group}_n" for group in _GROUPS), ("wave", "definition_version")
    whole = parts.groupby("kpi_id", as_index=False).agg(
        dict.fromkeys(sums, "sum") | dict.fromkeys(same, "first")
    )
    return whole.assign(breakdown=WHOLE, level=WHOLE)


def _differences(rows: pd.DataFrame) -> pd.DataFrame:
    return _shared(rows).assign(
        estimand=np.where(rows["name"].notna(), f"{_DIFFERENCE}/" + rows["name"].fillna(""), _DIFFERENCE),
        numerator=np.nan,
        denominator=(rows["responders_n"] + rows["non_responders_n"]).astype("float64"),
        value=rows["standardised_difference"],
        unit=STANDARD_DEVIATIONS.name,
        population=_population(rows, _DIFFERENCE),
        suppressed=False,
    )


def _with_fewer(people: pd.DataFrame) -> pd.DataFrame:
    """Add, for the differences, how many people the smaller group of each part has."""
    both = people.assign(population=people["population"].str.replace(r"[^/]*$", _DIFFERENCE, regex=True))
    groups = both.groupby(["population", "breakdown", "level"], as_index=False)
    # control: groups of few non-responders are withheld
    fewer = groups.agg(people_n=("people_n", "min"), groups_n=("people_n", "size"))
    fewer["people_n"] = fewer["people_n"].where(fewer.pop("groups_n") == len(_GROUPS), 0)
    return pd.concat([people, fewer], ignore_index=True)


def _shared(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[["kpi_id", "wave", "definition_version", "breakdown", "level"]]


def _population(rows: pd.DataFrame, group: str) -> pd.Series:
    return "non_response/" + rows["kpi_id"] + "/" + group


def _compared(cells: dict[str, pd.DataFrame], group_n: pd.Series) -> pd.DataFrame:
    """Return numbers of both groups side by side; all empty where one is withheld or missing."""
    differences = cells[_DIFFERENCE]
    groups = {group: cells[group].reindex(differences.index) for group in _GROUPS}
    is_shown = [frame["suppressed"].eq(other=False) for frame in (differences, *groups.values())]
    suppressed = ~pd.concat(is_shown, axis="columns").all(axis="columns")
    shown: dict[str, pd.Series] = {"standardised_difference": differences["value"].astype("Float64")}
    for group, shown_group in groups.items():
        shown[f"{group}_n"] = shown_group["denominator"].astype("Float64").astype("Int64")
        shown[f"{group}_value"] = _value(shown_group, group, group_n)
    return pd.DataFrame(shown).mask(suppressed).assign(suppressed=suppressed).reset_index()


def _value(cells: pd.DataFrame, group: str, group_n: pd.Series) -> pd.Series:
    """Return the mean of each score, and the share of a group that each part is."""
    kpi_ids, characteristics = (cells.index.get_level_values(name) for name in _CELL[:2])
    everybody = pd.Series([group_n.get((kpi_id, group)) for kpi_id in kpi_ids], cells.index, dtype="Float64")
    share = (cells["denominator"].astype("Float64") / everybody.mask(everybody == 0)).round(2)
    return share.where(characteristics.isin(_BREAKDOWN_OF), cells["value"].astype("Float64"))
