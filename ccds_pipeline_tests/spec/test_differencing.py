"""Parts that hold nearly everybody.

If a part holds all but 1 to 10 of the people of a whole, whoever subtracts one from the other knows what
those few answered. The figures are then not shown beside each other.
"""

from ccds_pipeline_tests.support.core_content import Attendance, Core, Response
from ccds_pipeline_tests.support.counted_examples import HELD
from ccds_pipeline_tests.support.specification import Example, Row, examples
from ccds_pipeline_tests.support.successive_releases import releases

EXAMPLES = (
    Example(
        "Region Y61 has nine people: the mean score of Y60 is not shown beside that of all.",
        {"people": "region | people\nY60 | 60\nY61 | 9"},
        """
            level | mean shown
            Y60   | no
            Y61   | no
            all   | yes
        """,
    ),
    Example(
        "Region Y61 has twenty people: every mean is shown.",
        {"people": "region | people\nY60 | 60\nY61 | 20"},
        """
            level | mean shown
            Y60   | yes
            Y61   | yes
            all   | yes
        """,
    ),
)


def content_of(groups: list[Row]) -> Core:
    """Return people of each region who attended and answered, with scores of 3 to 5."""
    people = [
        (f"{row['region']} {one}", row["region"]) for row in groups for one in range(int(row["people"]))
    ]
    return Core(
        {"s1": HELD},
        [Attendance(person, "s1", region) for person, region in people],
        responses=[
            Response(person, "s1", "after", {"sure": 3 + at % 3}) for at, (person, _) in enumerate(people)
        ],
    )


@examples(EXAMPLES)
def test_the_result_is_what_the_page_says(example):
    with releases() as warehouse:
        shown = warehouse.publish(content_of(example.rows("people"))).reset_index()
    means = shown.query("kpi_id == 'W6' and estimand == 'mean' and breakdown in ('all', 'region')")
    means = means.assign(**{"mean shown": means["suppressed"] == "False"}).sort_values("level")
    assert example.shown(means) == example.expected
