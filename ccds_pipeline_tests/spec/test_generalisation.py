"""What is kept of employers and job titles.

Of an employer the code of the organisation is kept, with its region and kind; of a job title the staff group.
What is not on the lists is "not listed" or "other": the text that somebody wrote is never stored.
"""

import pandas as pd

from ccds_pipeline.deidentify.generalise import shipped_places, staff_group_of
from ccds_pipeline_tests.support.specification import Example, examples

EXAMPLES = (
    Example(
        "Employers, in the words of those who book.",
        {
            "booked": """
                employer
                Barts Health NHS Trust
                barts health
                R1H
                Acme Ltd
            """
        },
        """
            organisation_code | region_code | care_setting
            R1H               | Y56         | secondary_acute
            R1H               | Y56         | secondary_acute
            R1H               | Y56         | secondary_acute
            not_listed        | unknown     | unknown
        """,
    ),
    Example(
        "Job titles.",
        {
            "booked": """
                job
                Staff Nurse
                Consultant
                Juggler
            """
        },
        """
            staff_group
            nursing_midwifery
            medical_dental
            other
        """,
    ),
)


def kept(example: Example) -> pd.DataFrame:
    """Return what is kept of each booking."""
    rows = pd.DataFrame(example.rows("booked"), dtype="str")
    if "job" in rows:
        return pd.DataFrame({"staff_group": staff_group_of(rows["job"])})
    days = pd.to_datetime(pd.Series([None] * len(rows)), utc=True)
    return shipped_places().place_of(rows["employer"], days)


@examples(EXAMPLES)
def test_the_result_is_what_the_page_says(example):
    assert example.shown(kept(example)) == example.expected
