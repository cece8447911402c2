"""What several pages are about: linked answers, and the installation of the person who is erased."""

import pytest

from ccds_pipeline_tests.support.linked_examples import linked
from ccds_pipeline_tests.support.rights_scenario import Story, new_story


@pytest.fixture(scope="module")
def answers(request) -> list[list[dict[str, object]]]:
    """The linked answers of each example of the page."""
    return linked(request.module.EXAMPLES)


@pytest.fixture
def story(tmp_path) -> Story:
    """The deliveries of the rights scenario, loaded."""
    story = new_story(tmp_path)
    story.load()
    return story
