"""A drafted programme shows the wordings of closed questions, and no other value of any row.

All files are invented.
"""

from pathlib import Path

import yaml
from upath import UPath

from ccds_pipeline.ingest.inspection.new_programme import draft_programme
from ccds_pipeline.ingest.programme_files import check_file
from ccds_pipeline.settings import Settings

HEADER = "id,email,submitted,Was it good?,Which ward?,How sure?,Why?"


def written(folder: Path, *, rare: str = "", people: int = 26) -> UPath:
    rows = [
        f"{n},p{n % people}@example.org,{n + 1:02}/03/2022 09:00,{('Rather', 'Fully')[n % 2]},"
        f"{rare if rare and n == 3 else ('Maple', 'Birch')[n % 2]},{n % 5},secret{n}"
        for n in range(26)
    ]
    path = folder / "export.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return UPath(path)


def drafted(file: UPath, folder: Path) -> str:
    return draft_programme([file], runs_folder=folder / "runs")


def test_the_wordings_of_a_closed_question_become_its_scale(tmp_path):
    content = yaml.safe_load(drafted(written(tmp_path), tmp_path))
    labels = [
        [option["label"] for option in scale.get("options", ())] for scale in content["scales"].values()
    ]
    assert labels == [["Fully", "Rather"], ["Birch", "Maple"], []]
    assert [question["text"] for question in content["questions"]] == [
        "Was it good?",
        "Which ward?",
        "How sure?",
    ]


def test_one_answer_of_few_people_keeps_all_of_its_column_back(tmp_path):
    text = drafted(written(tmp_path, rare="Willow"), tmp_path)
    for value in ("Willow", "Maple", "Birch", "secret", "example.org", "/03/2022"):
        assert value not in text
    assert "Fully" in text


def test_people_are_counted_not_records(tmp_path):
    text = drafted(written(tmp_path, people=8), tmp_path)
    assert "Fully" not in text
    assert "Maple" not in text


def test_a_draft_passes_the_check_but_for_what_is_to_be_named(tmp_path):
    file = tmp_path / "drafted.yaml"
    file.write_text(drafted(written(tmp_path), tmp_path))
    faults = check_file(file, Settings(data_dir=tmp_path / "data")).faults
    assert {fault.field for fault in faults} == {"wave", "session_code", "numbers"}
    named = (
        file.read_text()
        .replace("wave: TO BE NAMED", "wave: post")
        .replace("minimum: TO BE NAMED", "minimum: 0")
    )
    named = named.replace("maximum: TO BE NAMED", "maximum: 10")
    file.write_text("\n".join(line for line in named.splitlines() if "session_code" not in line))
    assert check_file(file, Settings(data_dir=tmp_path / "data")).faults == ()
