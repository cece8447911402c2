"""The example on the page about case studies is one that the reference programme could have."""

import re

import yaml

from ccds_pipeline.programme.load import default_programme_file, load_programme
from ccds_pipeline.programme.model import Programme
from ccds_pipeline_tests.support.paths import ROOT


def test_the_example_is_a_case_study_of_the_reference_programme():
    page = (ROOT / "docs" / "case-study.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```yaml\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL)
    reference = load_programme(default_programme_file()).model_dump(by_alias=True)
    study = Programme.model_validate(reference | yaml.safe_load(example)).case_study
    assert study is not None
    assert [name for _, name, _ in study.told_claims()] == ["experience", "contract_target", "safe"]
