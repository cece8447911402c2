"""One message for all the news, and the one of the documentation."""

import re

from ccds_pipeline.alerts.causes import FailedCheck, command_failed, of_run, together
from ccds_pipeline.alerts.digest import Place, digest, trial
from ccds_pipeline.alerts.memory import News, Told, news
from ccds_pipeline.errors import ConfigurationError
from ccds_pipeline_tests.support.alerts import FULL, LATE, found
from ccds_pipeline_tests.support.paths import ROOT

STANDING = (
    "Readers have the release 20261129T050312Z-7, made 2026-11-29 05:03 UTC of deliveries up to 2026-11-28."
)
PLACE = Place("/srv/ccds/data", "kpi-host", STANDING, ("kpis.example.org",))
CHECK = FailedCheck(
    "staging/qualtrics_post, rows_meet_the_contract",
    "2026-11-29",
    "not_a_timestamp, value_not_known",
    (("received_n", 214), ("rejected_n", 12)),
)
REFRESH = of_run("refresh", is_success=False, checks=[CHECK])
OVER = Told("disk", "The disk fills up", "low", "2026-11-28 06:00 UTC")


def test_a_message_says_what_broke_which_rule_how_many_rows_what_stands_and_what_to_do():
    message = digest(News(begun=REFRESH.causes, over=(OVER,)), PLACE)
    assert message.title == "[ccds] A check failed: staging/qualtrics_post, rows_meet_the_contract"
    for said in (
        "not_a_timestamp",
        "rejected 12",
        "ccds rejects",
        "20261129T050312Z-7",
        "OVER: The disk fills up",
    ):
        assert said in message.text


def test_the_message_on_the_page_is_the_one_that_is_sent():
    message = digest(News(begun=REFRESH.causes, over=(OVER,)), PLACE)
    page = (ROOT / "docs" / "production.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```text\n(\[ccds\].*?)\n```", page, flags=re.DOTALL)
    assert shown == f"{message.title}\n\n{message.text}"


def test_causes_of_one_look_share_a_message():
    message = digest(news({}, found(FULL, LATE)), PLACE)
    assert message.title == "[ccds] 2 things need somebody"
    assert message.text.index("NEW: The disk is full") < message.text.index("NEW: Deliveries are not loaded")


def test_what_is_over_is_the_title_where_nothing_else_is():
    assert digest(News(over=(OVER,)), PLACE).title == "[ccds] Over: The disk fills up"
    assert digest(News(over=(OVER, OVER)), PLACE).title == "[ccds] 2 causes are over"


def test_a_test_message_says_that_nothing_is_wrong():
    assert "Nothing is wrong" in trial(PLACE).text


def test_a_run_that_failed_without_a_word_is_told_all_the_same():
    (cause,) = of_run("housekeeping", is_success=False).causes
    assert cause.title == "The run of housekeeping failed"
    assert of_run("housekeeping", is_success=True).causes == ()


def test_failed_steps_are_told_once_each_with_their_remedies():
    error = str(ConfigurationError("no pseudonym key is set", rule="key_present", remedy="Make one."))
    (cause,) = of_run("refresh", is_success=False, messages=[error, error]).causes
    assert cause.details == ("no pseudonym key is set [key_present]", "What to do: Make one.")


def test_what_ended_the_command_stands_beside_what_its_jobs_met():
    ended = command_failed(ConfigurationError("there is no landing", rule="landing", remedy="Make it."))
    look = together([REFRESH, ended])
    assert look.topics == {"run of refresh", "command"}
    assert [cause.title for cause in look.causes][1] == "ccds run ended with an error"
