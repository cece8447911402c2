"""Answers that would give people away.

Where 90 % or more of fewer than 30 people answered alike, what each of them answered could nearly be read
off the figure: it is withheld. For questions that are marked as sensitive, what everybody answered is
withheld for groups of any size.
"""

import pandas as pd

from ccds_pipeline_tests.support.kpi_cells import cells, share_cell
from ccds_pipeline_tests.support.kpi_release import quiet, release
from ccds_pipeline_tests.support.specification import Example, Row, examples

EXAMPLES = (
    Example(
        "Twenty-nine people answered, and sixty. Counts are perturbed, so that nobody knows of the sixty "
        "whether three disagreed, or two.",
        {
            "share": """
                favourable | answered
                27         | 29
                26         | 29
                57         | 60
            """
        },
        """
            value | suppression_reason
                  | class_disclosure
                  |
            0.95  |
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
    return release(cells(cell), keys=quiet, sensitive=sensitive).iloc[0]


@examples(EXAMPLES)
def test_the_result_is_what_the_page_says(example):
    assert example.shown(map(released, example.rows("share"))) == example.expected
