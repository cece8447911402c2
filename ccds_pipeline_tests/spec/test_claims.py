"""A published sentence against the figures.

A claim is a sentence that was published about the programme. A figure in it is reproduced if what comes out
now is that number, to the decimals that the sentence has; supported if it lies inside the interval of what
comes out now; else what comes out is higher or lower than published. "More than" and the like are taken at
their word: met, also by the near end of the interval (met and assured), or not met. Attendances of people who
were not identified may be of one participant more each, and may leave a comparison undecided.
"""

from collections.abc import Mapping

from ccds_pipeline.kpi.claims import Figure, verdict
from ccds_pipeline.programme.model import Claim
from ccds_pipeline.schemas.verdicts import VERDICTS
from ccds_pipeline_tests.support.specification import Example, Row, examples

EXAMPLES = (
    Example(
        "The sentence says 95 %.",
        {
            "claims": """
                claimed | unit  | measured | low   | high
                0.95    | share | 0.945    | 0.935 | 0.954
                0.95    | share | 0.942    | 0.931 | 0.951
                0.95    | share | 0.942    | 0.936 | 0.948
                0.95    | share | 0.963    | 0.955 | 0.97
            """
        },
        "verdict\nreproduced\nsupported\nlower than published\nhigher than published",
    ),
    Example(
        "The sentence says that the mean score is 8.7.",
        {
            "claims": """
                claimed | unit  | decimals | measured | low  | high
                8.7     | score | 1        | 8.65     | 8.6  | 8.7
                8.7     | score | 1        | 8.78     | 8.68 | 8.88
            """
        },
        "verdict\nreproduced\nsupported",
    ),
    Example(
        "The sentence says that more than 70 % were satisfied.",
        {
            "claims": """
                claimed | unit  | comparator | measured | low  | high
                0.7     | share | >          | 0.95     | 0.94 | 0.96
                0.7     | share | >          | 0.72     | 0.68 | 0.76
                0.7     | share | >          | 0.7      | 0.66 | 0.74
            """
        },
        "verdict\nmet and assured\nmet\nnot met",
    ),
    Example(
        "The sentence says that more than 2,400 people came; low: those identified; high: all there may be.",
        {
            "claims": """
                claimed | unit    | comparator | measured | low  | high
                2400    | persons | >          | 2401     | 2401 | 2500
                2400    | persons | >          | 2400     | 2400 | 2500
                2400    | persons | >          | 2300     | 2300 | 2400
            """
        },
        "verdict\nmet and assured\nnot decidable\nnot met",
    ),
)


def judged(row: Row) -> Mapping[str, object]:
    """Return what a measured value says about a claim."""
    given = {"id": "one", "text": "A sentence", "kpi": "W4", "value": float(row["claimed"])}
    given |= {name: row[name] for name in ("decimals", "comparator") if name in row}
    figure = Figure(float(row["measured"]), row["unit"], low=float(row["low"]), high=float(row["high"]))
    return {"verdict": VERDICTS[verdict(Claim.model_validate(given), figure)]}


@examples(EXAMPLES)
def test_the_result_is_what_the_page_says(example):
    assert example.shown(map(judged, example.rows("claims"))) == example.expected
