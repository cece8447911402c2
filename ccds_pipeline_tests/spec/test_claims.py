"""A published sentence against the figures.

A claim is a sentence with a number that was published about the programme. It agrees with a figure if the
figure, to the decimals that the sentence has, is that number; "more than" and the like are taken at their
word.
"""

from collections.abc import Mapping

from ccds_pipeline.kpi.claims import is_supported
from ccds_pipeline.programme.model import Claim
from ccds_pipeline_tests.support.specification import Example, Row, examples

EXAMPLES = (
    Example(
        "The sentence says 95 %.",
        {
            "claims": """
                claimed | unit  | measured
                0.95    | share | 0.945
                0.95    | share | 0.9549
                0.95    | share | 0.956
            """
        },
        "agrees\nyes\nyes\nno",
    ),
    Example(
        "The sentence says that the mean score is 8.7.",
        {
            "claims": """
                claimed | unit  | decimals | measured
                8.7     | score | 1        | 8.65
                8.7     | score | 1        | 8.76
            """
        },
        "agrees\nyes\nno",
    ),
    Example(
        "The sentence says that more than 2,400 people came, or at least so many.",
        {
            "claims": """
                claimed | unit    | comparator | measured
                2400    | persons | >          | 2400
                2400    | persons | >          | 2401
                2400    | persons | >=         | 2400
            """
        },
        "agrees\nno\nyes\nyes",
    ),
)


def judged(row: Row) -> Mapping[str, object]:
    """Return whether a measured value bears out a claim."""
    given = {"id": "one", "text": "A sentence", "kpi": "W4", "value": float(row["claimed"])}
    given |= {name: row[name] for name in ("decimals", "comparator") if name in row}
    return {"agrees": is_supported(Claim.model_validate(given), float(row["measured"]), unit=row["unit"])}


@examples(EXAMPLES)
def test_the_result_is_what_the_page_says(example):
    assert example.shown(map(judged, example.rows("claims"))) == example.expected
