"""Figures that stay as they were released.

Whoever compares two releases must not learn what the few people did who came or went between them. A figure
stays as it was released until at least 11 people changed; people who come one by one are counted together.
"""

from ccds_pipeline_tests.support.core_content import Attendance, Core, Response
from ccds_pipeline_tests.support.counted_examples import HELD
from ccds_pipeline_tests.support.specification import Example, examples
from ccds_pipeline_tests.support.successive_releases import releases

EXAMPLES = (
    Example(
        "120 people attended when the first release was made; more came, a few at a time.",
        {
            "releases": """
                release | people
                first   | 120
                second  | 123
                third   | 130
                fourth  | 131
                fifth   | 133
            """
        },
        """
            release | figures
            first   | new
            second  | as before
            third   | as before
            fourth  | new
            fifth   | as before
        """,
    ),
)
PERSONS = ("W1", "persons", "all", "all", "all")


def content_of(number: int) -> Core:
    """Return so many people, who attended and answered; every third of them disagreed."""
    people = [f"p{one}" for one in range(number)]
    answers = [
        Response(person, "s1", "after", {"clear": "agree" if one % 3 else "disagree"})
        for one, person in enumerate(people)
    ]
    return Core({"s1": HELD}, [Attendance(person, "s1") for person in people], responses=answers)


@examples(EXAMPLES)
def test_the_result_is_what_the_page_says(example):
    with releases() as warehouse:
        shown = [
            (
                row["release"],
                str(warehouse.publish(content_of(int(row["people"]))).loc[PERSONS, "data_version"]),
            )
            for row in example.rows("releases")
        ]
    versions = ["", *(version for _, version in shown)]
    figures = [
        {"release": release, "figures": "as before" if version == before else "new"}
        for (release, version), before in zip(shown, versions[:-1], strict=True)
    ]
    assert example.shown(figures) == example.expected
