"""The demonstration written by processes of their own."""

import subprocess
import sys

import pytest

from ccds_pipeline_tests.support.small_demonstration import SMALL, contents


def test_the_same_seed_gives_the_same_bytes_in_another_process(small, tmp_path):
    call = (
        "import sys; from pathlib import Path; "
        "from ccds_pipeline.synthetic.demonstration import write_demonstration; "
        f"write_demonstration(Path(sys.argv[1]), participants={SMALL}, seed=1)"
    )
    subprocess.run([sys.executable, "-c", call, str(tmp_path / "again")], check=True)
    assert contents(tmp_path / "again") == contents(small)


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read as Linux gives it, in KB")
def test_memory_does_not_grow_with_the_participants(tmp_path):
    # Keeping people would take about 4.5 KB for each, 14 MB here; counting them takes 3 MB more.
    call = (
        "import resource, sys; from pathlib import Path; "
        "from ccds_pipeline.synthetic.demonstration import write_demonstration; "
        "write_demonstration(Path(sys.argv[1]), participants=int(sys.argv[2]), seed=1); "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    few, many = (
        int(
            subprocess.run(
                [sys.executable, "-c", call, str(tmp_path / number), number],
                check=True,
                capture_output=True,
                text=True,
            ).stdout
        )
        for number in ("1000", "4000")
    )
    assert many - few < 8 * 1024
