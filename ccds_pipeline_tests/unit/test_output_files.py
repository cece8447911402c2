"""A file that people read is replaced whole, or stays as it was and the message says why."""

from __future__ import annotations

import pytest

from ccds_pipeline.errors import BusyError, CcdsError, ConfigurationError
from ccds_pipeline.output_files import replace_file


def refused(target) -> CcdsError:
    with pytest.raises(CcdsError) as caught:
        replace_file(target, b"new")
    assert caught.value.rule == "output_writable"
    return caught.value


def test_a_file_is_written_and_replaced_and_nothing_lies_beside_it(tmp_path):
    target = tmp_path / "story.md"
    for content in (b"first", b"second"):
        replace_file(target, content)
        assert target.read_bytes() == content
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_that_is_not_there_is_not_made(tmp_path):
    assert "there is no such folder" in str(refused(tmp_path / "absent" / "story.md"))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_files_place_stays(tmp_path):
    (tmp_path / "story.md").mkdir()
    assert "this is a folder" in str(refused(tmp_path / "story.md"))


def test_a_read_only_file_stays_as_it_was(tmp_path):
    target = tmp_path / "story.docx"
    target.write_bytes(b"old")
    target.chmod(0o444)
    assert "read-only" in str(refused(target))
    assert target.read_bytes() == b"old"


@pytest.mark.parametrize("owner", ["~$story.docx", "~$ory.docx", ".~lock.story.docx#"])
def test_a_file_that_an_office_program_has_open_stays_as_it_was(tmp_path, owner):
    target = tmp_path / "story.docx"
    target.write_bytes(b"old")
    (tmp_path / owner).write_bytes(b"")
    error = refused(target)
    assert isinstance(error, BusyError)
    assert target.read_bytes() == b"old"


def test_what_the_system_does_not_write_is_told_without_its_text(tmp_path):
    error = refused(tmp_path / ("n" * 300))
    assert isinstance(error, ConfigurationError)
    assert "nothing can be written there" in str(error)
    assert list(tmp_path.iterdir()) == []
