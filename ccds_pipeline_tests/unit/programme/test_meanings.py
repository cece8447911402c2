"""A programme file in which one text would mean two things is refused, and names both."""

import pytest

from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.programme.load import parse_programme
from ccds_pipeline.programme.time_formats import overlapping_formats
from ccds_pipeline_tests.support.programmes import TEXT


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[\"Don't agree\"]", "[AGREE]", r"scales\.agreement.*AGREE.*option agree and the option dis"),
        ("[\"Don't agree\"]", "[n/a]", "N/A.*not_applicable and the option disagree"),
        ("maximum: 10, not_applicable: [N/A]", 'maximum: 10, not_applicable: ["10"]', "the score 10"),
        ("{Paid: booked, ", "{Paid: booked, PAID: cancelled, ", "PAID and Paid.*booked and cancelled"),
        ("svn: Subversion}}", "svn: git}}", "option git and the option svn"),
        ("    key: [id]\n", "    key: [id]\n    marks: {blank: [agree]}\n", "survey, scale agreement.*blank"),
        ("    key: [id]\n", "    key: [id]\n    marks: {blank: ['3.0']}\n", "survey, scale ten.*score 3"),
        ("    key: [id]\n", "    key: [id]\n    marks: {blank: [x], not_reached: [X]}\n", "blank and not"),
        ('extract: "(s-[0-9]+)"', 'extract: "s-[0-9]+"', "no group"),
        ('extract: "(s-[0-9]+)"', 'extract: "(s-"', "no regular expression"),
    ],
)  # fmt: skip
def test_a_text_with_two_meanings_is_refused(old, new, told):
    assert old in TEXT
    with pytest.raises(ConfigurationError, match=told):
        parse_programme(TEXT.replace(old, new), place="p.yaml")


@pytest.mark.parametrize(
    ("formats", "overlap"),
    [
        (["%d/%m/%y", "%d/%m/%Y"], False),
        (["%d/%m/%Y", "%m/%d/%Y"], True),
        (["%y%m%d", "%d%m%y"], True),
        (["%d/%m/%Y %H:%M", "%d/%m/%Y %I:%M %p"], False),
        (["%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%d"], False),
    ],
)
def test_formats_overlap_where_one_text_is_two_times(formats, overlap):
    assert (overlapping_formats(formats) is not None) == overlap
