"""Private copies of a process that was killed."""

import subprocess
import sys

import pytest

from ccds_pipeline.run_folder import run_folder, sweep_dead_run_folders

HOLDER = """
import sys
from pathlib import Path
from ccds_pipeline.run_folder import run_folder
with run_folder(Path(sys.argv[1])) as folder:
    (folder / "copy").write_text("personal")
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.attack("A21")
def test_the_folder_of_a_killed_process_is_swept_and_that_of_a_living_one_is_not(tmp_path):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        (held,) = tmp_path.iterdir()
        with run_folder(tmp_path) as own:
            assert sweep_dead_run_folders(tmp_path) == 0
            assert held.exists()
            assert own.exists()
        holder.kill()
        holder.wait()
    assert sweep_dead_run_folders(tmp_path) == 1
    assert list(tmp_path.iterdir()) == []
