"""The commands for data subjects' rights, on a small invented programme; releasing is tested elsewhere."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest

from ccds_pipeline.cli.main import main
from ccds_pipeline_tests.support.rights_scenario import KEY, VERA, Scenario, new_scenario

RETENTION = "retention: {source: Schedule 3, records: 90000, comments: 90000, ledger: 90000}\n"


@pytest.fixture(scope="module")
def loaded_scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("loaded") / "scenario"
    new_scenario(folder, rules=RETENTION).load()
    return folder


class Command:
    """Runs ``ccds`` in this process, with the first key, and returns exit code, stdout and stderr."""

    def __init__(
        self, scenario: Scenario, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ):
        self._monkeypatch, self._capsys = monkeypatch, capsys
        monkeypatch.setenv("CCDS_DATA_DIR", str(scenario.settings.data_dir))
        monkeypatch.setenv("CCDS_PROGRAMME", str(scenario.settings.programme_file))
        monkeypatch.setenv("CCDS_PSEUDONYM_KEY", KEY.hex())

    def __call__(self, *arguments: str | Path, typed: str = "") -> tuple[int, str, str]:
        self._monkeypatch.setattr("sys.argv", ["ccds", *map(str, arguments)])
        self._monkeypatch.setattr("sys.stdin", StringIO(typed))
        with pytest.raises(SystemExit) as left:
            main()
        said = self._capsys.readouterr()
        return int(left.value.code or 0), said.out, said.err


@pytest.fixture
def ccds(scenario: Scenario, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(scenario, monkeypatch, capsys)


def test_an_address_from_stdin_is_found_and_never_printed(ccds):
    code, out, err = ccds("erase", "--dry-run", typed=f"\n{VERA}\n")
    assert code == 0
    assert json.loads(out)["rows_by_table"]["staging.response"] == 3
    assert "Nothing was changed" in err
    assert VERA not in out + err


def test_of_somebody_unknown_nothing_is_held_and_the_receipt_says_so(ccds):
    code, out, err = ccds("erase", "-", typed="nobody@example.org")
    assert (code, json.loads(out)["rows_by_table"]) == (0, {})
    assert "Nothing held." in err


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ("", "address_is_personal"),
        ("info@example.org\n", "address_is_personal"),
        ("a@b.c\nd@e.f\n", "one_address"),
    ],
)
def test_what_names_nobody_is_a_wrong_use(ccds, typed, rule):
    code, out, err = ccds("erase", typed=typed)
    assert (code, out) == (2, "")
    assert rule in err
    assert "example.org" not in err


def test_a_subject_gets_everything_held_with_its_meaning_in_a_private_file(ccds, scenario, tmp_path):
    file = tmp_path / "subject.json"
    code, _, err = ccds("export-subject", "--out", file, typed=VERA)
    assert (code, file.stat().st_mode & 0o777) == (0, 0o600)
    tables = json.loads(file.read_text(encoding="utf-8"))["tables"]
    assert VERA not in file.read_text(encoding="utf-8") + err
    assert len(tables["staging.booking"]["rows"]) == 2
    assert sorted(row["redacted_text"] for row in tables["staging.comment"]["rows"]) == [
        "It was about badgers",
        "More about hedgehogs",
    ]
    assert {row["wave"] for row in tables["core.fact_response"]["rows"]} == {"after"}
    told = tables["staging.comment"]["columns"]["redacted_text"]
    assert (told["class"], told["kept"]) == ("free_text", "comments")
    assert "All fine" not in file.read_text(encoding="utf-8"), "nobody else's"
    assert scenario.rows("SELECT count(*) FROM ops.audit WHERE action = 'export'") == [(1,)]


def test_an_export_changes_no_result_and_no_other_file(ccds, scenario, tmp_path):
    counts = "SELECT (SELECT count(*) FROM kpi.kpi), (SELECT count(*) FROM core.fact_response)"
    before = scenario.rows(counts)
    file = tmp_path / "there.json"
    file.write_text("somebody's work", encoding="utf-8")
    code, _, err = ccds("export-subject", "--out", file, typed=VERA)
    assert (code, "out_is_new" in err, file.read_text(encoding="utf-8")) == (2, True, "somebody's work")
    assert scenario.rows(counts) == before
    unmade = tmp_path / "unmade.json"
    assert (ccds("export-subject", "--out", unmade, typed="")[0], unmade.exists()) == (2, False)
    assert scenario.rows("SELECT count(*) FROM ops.audit WHERE action = 'export'") == [(0,)]
    code, out, err = ccds("export-subject", typed="nobody@example.org")
    assert (code, json.loads(out)["tables"]) == (0, {})
    assert "Nothing held." in err


def test_the_audit_trail_is_listed_and_verified_against_a_head_kept_elsewhere(ccds, scenario):
    code, listed, _ = ccds("audit", "list")
    assert code == 0
    assert [line.split()[3] for line in listed.splitlines()] == ["key_use", "configuration"]
    code, head, err = ccds("audit", "verify")
    assert (code, len(head.strip())) == (0, 64)
    assert "2 records, unbroken" in err
    assert ccds("audit", "verify", "--head", head.strip())[0] == 0
    code, _, err = ccds("audit", "verify", "--head", "0123" * 16)
    assert (code, "record 3 of the audit trail is missing" in err) == (1, True)


def test_a_weak_key_or_none_is_refused_before_anything_is_read(ccds, tmp_path):
    weak = tmp_path / "weak.key"
    weak.write_text("00" * 32, encoding="ascii")
    assert ccds("rotate-key", "--new-key-file", weak)[0] == 3
    assert ccds("rotate-key", "--new-key-file", tmp_path / "none.key")[0] == 3


def test_retention_counts_what_would_go(ccds):
    code, out, err = ccds("retention", "apply", "--dry-run")
    assert (code, json.loads(out)) == (0, {"records": 0, "comments": 0, "ledger": 0})
    assert "By Schedule 3." in err


def test_without_a_warehouse_there_is_nothing_to_do_it_to(ccds, scenario):
    scenario.settings.warehouse_file.unlink()
    for arguments in (("erase",), ("export-subject",), ("retention", "apply"), ("audit", "verify")):
        code, _, err = ccds(*arguments, typed=VERA)
        assert (code, "warehouse_exists" in err) == (3, True)


def test_the_dictionary_is_printed_without_any_data(ccds):
    code, out, _ = ccds("dictionary")
    assert (code, out.startswith("# Data dictionary")) == (0, True)
