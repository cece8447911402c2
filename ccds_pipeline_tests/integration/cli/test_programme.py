"""``ccds programme check`` lists every fault, and what real data still needs."""

from ccds_pipeline_tests.support.commands import ccds
from ccds_pipeline_tests.support.keys import KEY
from ccds_pipeline_tests.support.programmes import TEXT

RETENTION = 'retention: {source: "Notice 1", records: 90, comments: 90, ledger: 400}\n'


def test_all_faults_and_all_that_is_needed_are_told_together(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(
        TEXT.replace("scale: agreement}", "scale: agreemint}").replace("wave: post\n", "wave: past\n")
    )
    found = ccds("programme", "check", file, "--data", tmp_path / "data")
    assert found.returncode == 3, found.stderr
    assert "no scale agreemint" in found.stdout
    assert found.stdout.count("no wave past") == 2
    assert "3 fault(s)." in found.stdout
    assert "the file has no retention" in found.stdout
    assert "no pseudonym key is set" in found.stdout


def test_a_good_file_with_all_that_real_data_needs_is_said_to_be_good(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(TEXT + RETENTION)
    found = ccds("programme", "check", file, "--data", tmp_path / "data", key=KEY)
    assert (found.returncode, found.stdout) == (0, "No fault.\n")


def test_a_format_that_does_not_exist_is_a_fault_at_its_line(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(TEXT.replace("format: table", "format: tabel", 1))
    found = ccds("programme", "check", file, "--data", tmp_path / "data", key=KEY)
    line = next(number for number, text in enumerate(file.read_text().splitlines(), 1) if "tabel" in text)
    assert found.returncode == 3
    assert f"line {line}, field sources.0.format: There is no format tabel" in found.stdout
