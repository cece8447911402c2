"""A source that declares what does not exist is told before anything is read."""

import pytest

from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.programme.load import default_programme_file, load_programme
from ccds_pipeline.sources.formats import check_format


def test_every_source_of_the_reference_programme_has_a_reader():
    for source in load_programme(default_programme_file()).sources:
        check_format(source.format, source.options)


@pytest.mark.parametrize(
    ("name", "options", "rule"),
    [
        ("excel", {}, "unknown_format"),
        ("qualtrics", {"colour": "red"}, "unknown_option"),
        ("ms_forms", {"header_rows": "2"}, "unknown_option"),
        ("qualtrics", {"encoding": "rot13"}, "option_value"),
        ("qualtrics", {"encoding": "no such"}, "option_value"),
        ("qualtrics", {"delimiter": ",,"}, "option_value"),
        ("typeform", {"metadata_columns": "maybe"}, "option_value"),
        ("table", {"columns": ""}, "option_value"),
        ("table", {"header_rows": "4"}, "option_value"),
        ("table", {"numbers": "whole"}, "option_value"),
        ("table", {"numbers": '{"id": "any"}'}, "option_value"),
        ("jisc", {"answers": "texts"}, "option_value"),
        ("surveymonkey", {"answers": "labels"}, "unknown_option"),
    ],
)
def test_an_unknown_layout_option_or_value_is_refused_with_what_there_is(name, options, rule):
    with pytest.raises(ConfigurationError) as refused:
        check_format(name, options)
    assert refused.value.rule == rule
    assert any(word in refused.value.remedy for word in ("qualtrics", "sheet", "encoding"))


@pytest.mark.parametrize("encoding", ["utf-8", "UTF-16", "cp1252", "windows-1252", "latin-1", "mac-roman"])
def test_the_encodings_of_export_tools_can_be_declared(encoding):
    check_format("surveymonkey", {"encoding": encoding, "delimiter": "semicolon"})
