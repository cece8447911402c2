"""Every tool and variant that we say we read, is read; and nobody else's reader takes it."""

import re

import pytest
from _pytest.mark import ParameterSet

from ccds_pipeline.errors import FileRefusedError
from ccds_pipeline.sources.delivered import SourceFile
from ccds_pipeline.sources.formats import READERS
from ccds_pipeline_tests.support.delivered_files import FIXTURES, read, refusal
from ccds_pipeline_tests.support.source_variants import REFUSED_SAMPLES, SAMPLES, VARIANTS, Variant

needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared samples are not here")


def listed(variants: tuple[Variant, ...]) -> list[ParameterSet]:
    return [
        pytest.param(variant, id=variant.id, marks=[needs_samples] if variant.is_real else [])
        for variant in variants
    ]


@pytest.mark.parametrize("variant", listed(VARIANTS))
def test_a_variant_is_read_whole(variant, tmp_path):
    companions = [FIXTURES / variant.companion] if variant.companion else []
    delivered = read(variant.format_name, variant.path(tmp_path), variant.options, *companions)
    assert (len(delivered.rows), len(delivered.names)) == (variant.records, variant.columns)
    assert set(delivered.faults) <= {None}
    assert delivered.tally.total == delivered.accounted_lines
    assert len(set(delivered.names)) == variant.columns


def test_every_layout_and_every_fixture_is_in_the_list():
    assert {variant.format_name for variant in VARIANTS} == set(READERS)
    named = {name for variant in VARIANTS for name in (*variant.files, variant.companion)}
    assert {path.name for path in FIXTURES.iterdir()} <= named


@needs_samples
def test_every_real_file_is_in_the_list_or_known_to_be_refused():
    on_disk = {f"{path.parent.name}/{path.name}" for path in SAMPLES.glob("*/*.*")}
    tools = {name for name in on_disk if not name.startswith("nhs_reference/")}  # tables of codes, no export
    assert tools == {v.files[0] for v in VARIANTS if v.is_real} | {name for name, *_ in REFUSED_SAMPLES}


@needs_samples
@pytest.mark.parametrize(("name", "format_name", "rule", "hint"), REFUSED_SAMPLES)
def test_a_real_file_of_another_kind_is_refused_with_what_it_is_or_what_to_do(name, format_name, rule, hint):
    refused = refusal(format_name, SAMPLES / name)
    assert refused.rule == rule
    assert hint in str(refused)


@pytest.mark.parametrize("format_name", sorted(set(READERS) - {"table"}))
def test_no_reader_takes_the_file_of_another_layout(format_name, tmp_path):
    for variant in VARIANTS:
        is_its_own = format_name == variant.format_name or variant.files[0].endswith(".json")
        is_there = SAMPLES.is_dir() or not variant.is_real
        if is_its_own or not is_there or variant.form != "as it is":
            continue
        # "removed" metadata leave nothing to know Typeform by
        with pytest.raises(FileRefusedError), READERS[format_name](SourceFile(variant.path(tmp_path))):
            pytest.fail(variant.id)


@pytest.mark.parametrize(
    "variant", listed(tuple(v for v in VARIANTS if v.format_name != "table" and not v.options))
)
def test_a_file_under_a_wrong_layout_is_told_what_it_looks_like(variant, tmp_path):
    wrong = "indico" if variant.format_name != "indico" else "surveymonkey"
    problem = refusal(wrong, variant.path(tmp_path)).problem
    # A file of pretix may hold orders and positions both.
    alike = variant.format_name.replace("pretix_positions", "pretix_(orders|positions)")
    assert re.search(rf"it looks like the format {alike}( \(file 1 of the archive\))?$", problem)
