"""Those who do not answer.

Who answers weeks later may differ from who does not. Beside the plain share stands a weighted one, in which
those who answered stand for those of the same score before who did not; and the share as it would be if
everybody who is missing had answered unfavourably, or favourably.
"""

from ccds_pipeline_tests.support.core_content import Attendance, Core, Response
from ccds_pipeline_tests.support.counted_examples import HELD, readings
from ccds_pipeline_tests.support.specification import Example, Row, examples

EXAMPLES = (
    Example(
        "Of those who began low a quarter answered, of those who began high three quarters.",
        {
            "groups": """
                score before | people | answered | favourably
                2            | 20     | 5        | 1
                4            | 20     | 15       | 12
            """
        },
        """
            reading          | value | denominator
            share            | 0.65  | 20
            share_weighted   | 0.5   | 20
            share_worst_case | 0.325 | 40
            share_best_case  | 0.825 | 40
        """,
    ),
)


def content_of(groups: list[Row]) -> Core:
    """Return people of each group, of whom the first answer and the first of those favourably."""
    responses, people = [], []
    for row in groups:
        for number in range(int(row["people"])):
            person = f"{row['score before']} {number}"
            people.append(person)
            responses.append(Response(person, "s1", "before", {"sure": int(row["score before"])}, -1))
            if number < int(row["answered"]):
                clear = "agree" if number < int(row["favourably"]) else "disagree"
                responses.append(Response(person, "s1", "later", {"clear": clear}, 45))
    return Core({"s1": HELD}, [Attendance(person, "s1") for person in people], responses=responses)


@examples(EXAMPLES)
def test_the_result_is_what_the_page_says(example):
    names = [row["reading"] for row in example.expected]
    assert (
        example.shown(readings(content_of(example.rows("groups")), "W11", *names).round(10))
        == example.expected
    )
