"""What several pages are about: linked answers, and the installation of the person who is erased."""

import pytest

from ccds_pipeline_tests.support.linked_examples import linked
from ccds_pipeline_tests.support.rights_scenario import loaded_scenario, scenario

__all__ = ["answers", "loaded_scenario", "scenario"]


@pytest.fixture(scope="module")
def answers(request) -> list[list[dict[str, object]]]:
    """The linked answers of each example of the page."""
    return linked(request.module.EXAMPLES)
