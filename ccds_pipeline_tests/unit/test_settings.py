"""Where data may lie: below folders of any name that neither DuckDB nor Dagster reads as a pattern."""

from __future__ import annotations

import pytest

from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline.settings import Settings


@pytest.mark.parametrize("sign", "?*[")
def test_a_data_folder_that_would_be_read_as_a_pattern_is_refused(tmp_path, sign, monkeypatch):
    with pytest.raises(ConfigurationError, match="data_folder_name") as refused:
        Settings(data_dir=tmp_path / f"final{sign}" / "data")
    assert f"final{sign}" in str(refused.value)
    (tmp_path / f"final{sign}").mkdir()
    monkeypatch.chdir(tmp_path / f"final{sign}")
    with pytest.raises(ConfigurationError, match="data_folder_name"):
        Settings()


def test_a_data_folder_may_have_any_other_name(tmp_path):
    folder = tmp_path / "Results #1, 100 % 'final' & é; ]$~"
    assert Settings(data_dir=folder).warehouse_file.parent == folder
