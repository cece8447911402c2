"""Answers that would give people away.

A share is withheld if the favourable or the other answers are of 1 to 7 people. Where nearly everybody of a
small group answered alike, what each of them answered could be read off the figure: it is withheld too. For
questions that are marked as sensitive this holds for groups of any size.
"""

import pandas as pd

from ccds_pipeline.programme.model import ReleaseRules
from ccds_pipeline.release.rounding import release_kpis
from ccds_pipeline_tests.support.kpi_cells import cells, share_cell
from ccds_pipeline_tests.support.specification import Example, Row, examples

EXAMPLES = (
    Example(
        "Sixty people answered.",
        {
            "share": """
                favourable | answered
                7          | 60
                10         | 60
                50         | 60
                53         | 60
            """
        },
        """
            value | suppression_reason
                  | small_count
            0.17  |
            0.83  |
                  | small_complement
        """,
    ),
    Example(
        "All of a small group agreed. All of a large one did, too.",
        {"share": "favourable | answered\n20 | 20\n60 | 60"},
        """
            value | suppression_reason
                  | class_disclosure
            1     |
        """,
    ),
    Example(
        "The question is sensitive, and all of a large group agreed.",
        {"share": "favourable | answered | sensitive\n60 | 60 | yes"},
        """
            value | suppression_reason
                  | class_disclosure
        """,
    ),
)


def released(row: Row) -> pd.Series:
    """Return the released cell of one share that stands alone."""
    sensitive = {"K04"} if row.get("sensitive") == "yes" else frozenset()
    cell = share_cell("all", int(row["favourable"]), int(row["answered"]))
    return release_kpis(cells(cell), rules=ReleaseRules(), sensitive=sensitive).iloc[0]


@examples(EXAMPLES)
def test_the_result_is_what_the_page_says(example):
    assert example.shown(map(released, example.rows("share"))) == example.expected
