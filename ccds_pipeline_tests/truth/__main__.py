"""Write what is true of a demonstration beside its landing folder.

Usage: python -m ccds_pipeline_tests.truth LANDING
"""

import sys
from pathlib import Path

from ccds_pipeline_tests.truth.planted import LINKS, TRUTH, write_truth

if __name__ == "__main__":
    landing = Path(sys.argv[1])
    write_truth(landing)
    print(f"{landing.parent / TRUTH}\n{landing.parent / LINKS}")  # noqa: T201  # says where they are
