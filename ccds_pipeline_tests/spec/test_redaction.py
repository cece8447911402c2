"""What becomes of names in comments.

Comments are redacted before they are stored: identifiers that have a form of their own, names that were
booked, and capitalised words that may be a name. The words of a booking are known as keyed hashes alone.
"""

import pandas as pd

from ccds_pipeline.deidentify.redaction.redact import redact
from ccds_pipeline.deidentify.roster import Roster
from ccds_pipeline_tests.support.labelled_comments import PSEUDONYMISER, word_keys
from ccds_pipeline_tests.support.specification import Example, examples

EXAMPLES = (
    Example(
        "Identifiers with a form.",
        {
            "comments": """
                comment
                Write to jo.bloggs@nhs.net please
                Ring me on 020 7946 0123
                The patient's number is 943 476 5919
            """
        },
        """
            redacted_text
            Write to [EMAIL] please
            Ring me on [PHONE]
            The patient's number is [NHS NUMBER]
        """,
    ),
    Example(
        "Somebody booked as Quilla Braethorn: the words are found in small letters too.",
        {
            "booked": "name\nQuilla Braethorn",
            "comments": "comment\nquilla helped, i liked the braethorn story",
        },
        """
            redacted_text
            [NAME] helped, i liked the [NAME] story
        """,
    ),
    Example(
        "Nobody booked under such a name.",
        {
            "comments": """
                comment
                Thanks to Dr Zebulon Braith for the calm explanation
                The breathing exercise helped
            """
        },
        """
            redacted_text
            Thanks to Dr [NAME] for the calm explanation
            The breathing exercise helped
        """,
    ),
)


@examples(EXAMPLES)
def test_the_result_is_what_the_page_says(example):
    roster = Roster(word_keys(*(row["name"] for row in example.rows("booked"))), PSEUDONYMISER)
    comments = pd.Series([row["comment"] for row in example.rows("comments")], dtype="str")
    assert example.shown(redact(comments, roster)) == example.expected
