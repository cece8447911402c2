"""The privacy controls that can be switched off by changing one line, and the attacks that rest on each.

Where a control works, a comment says so, in the product's Python, SQL and YAML: ``# control: pseudonyms are
keyed``. It marks the next line that is no such comment. ``mutations`` switches the controls off one by one:
another line stands instead. Without a requirement's control at least one of its attacks has to turn red; the
quickest are named here. What is no single line is not here: that tables take the columns of the register and
no other, that keys are made in Python, that rejected rows are kept as references.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Control:
    """One control, and how it is switched off.

    Args:
        name: What it does, in a few words, as the comment in the product has it.
        requirement: Of ``PRIVACY.md``.
        instead: What takes the place of the marked line, without its indentation; ``pass`` leaves it out.
        tests: The attacks that rest on it, below ``ccds_pipeline_tests``.
    """

    name: str
    requirement: str
    instead: str
    tests: tuple[str, ...]


_WEB_SERVER = "pipeline/defs/test_web_server.py::"
_DATABASE = "integration/ingest/test_extract.py::"
_CLAIMS = "integration/release/test_claims.py::"
_ROSTER = "integration/ingest/test_roster.py::"
_DETECTOR = "unit/deidentify/test_detector.py::"
_LAWS = "property/release/test_protection.py::"
_CELLS = "unit/release/test_protection.py::"
_CANARIES = "privacy/cli/test_canaries.py::"
_COUNTS = "unit/release/test_counts.py::"
_KEYS = "privacy/deidentify/test_pseudonym.py::"
_PSEUDONYM = "unit/deidentify/test_pseudonym.py::"
_ROTATION = "privacy/rights/test_rotation.py::"
_COLUMNS = "privacy/ingest/test_free_columns.py::test_an_identifier_in_the_wrong_column_is_stored_nowhere"
_REDACTION = "unit/deidentify/test_redact.py::"
_COMMENTS = "integration/comments/test_warehouse.py::"
_RELEASE = "privacy/release/test_attack.py::"
_GATE = "privacy/release/test_gate.py::"
_APPROVAL = "integration/release/test_approval.py::"
_ERRORS = "privacy/defs/test_value_free_errors.py::"
_ALERTS = "privacy/alerts/test_alerts.py::"
_EXPECTATIONS = "integration/quality/test_expectations.py::"
_FILES = "privacy/warehouse/test_private_files.py::"
_COPIES = "unit/sources/test_private_copy.py::"
_KILLED_COPIES = "integration/sources/test_private_copy.py::"
_BACKUPS = "integration/backup/test_backup.py::"
_ERASURE = "privacy/rights/test_erasure.py::"
_RETENTION = "integration/rights/test_retention.py::"
_TRAIL = "privacy/warehouse/test_audit.py::"
_ROLES = "privacy/warehouse/test_roles.py::"
_MIRROR = "integration/release/test_mirror.py::"

_IDENTITY = (
    Control(
        "pseudonyms are keyed",
        "P1",
        "return hashlib.sha256(message).hexdigest()[:32]",
        (_KEYS + "test_a_small_dictionary_finds_nobody",),
    ),
    Control(
        "one spelling of an address",
        "P1",
        "email = text.strip()",
        (_PSEUDONYM + "test_one_person_gets_one_key_however_the_address_is_spelt",),
    ),
    Control(
        "no code for shared mailboxes",
        "P1",
        "is_personal = _ADDRESS.fullmatch(email)",
        (
            _PSEUDONYM + "test_nobody_is_identified_when_the_text_is_no_personal_address",
            _ERASURE + "test_a_blank_or_shared_address_is_refused_without_being_quoted[info@example.org]",
        ),
    ),
    Control(
        "guessable keys are refused",
        "P2",
        "pass",
        (_PSEUDONYM + "test_a_key_that_could_be_guessed_is_refused",),
    ),
    Control(
        "Dagster's resource takes no key",
        "P2",
        'model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)',
        (_KEYS + "test_a_key_as_a_literal_of_the_resource_is_refused",),
    ),
    Control(
        "Dagster's resource quotes no key",
        "P2",
        'model_config = ConfigDict(extra="forbid", hide_input_in_errors=False)',
        (_KEYS + "test_a_key_as_a_literal_of_the_resource_is_refused",),
    ),
    Control(
        "the process that reads files gets no key",
        "P2",
        "environment = {name: os.environ[name] for name in os.environ}",
        ("integration/sources/test_reading.py::test_the_process_gets_no_secret_of_the_environment",),
    ),
    Control(
        "the key's name says nothing of it",
        "P3",
        "return self._key.hex()[:12]",
        (_PSEUDONYM + "test_key_id_tells_keys_apart_and_holds_nothing_of_them",),
    ),
    Control(
        "one key for a warehouse",
        "P3",
        "if False:",
        (_ROTATION + "test_later_deliveries_join_the_same_person_under_the_new_key",),
    ),
    Control(
        "rotation reads the files that were loaded",
        "P3",
        "if differing := 0:",
        (_ROTATION + "test_a_delivery_that_changed_since_is_refused",),
    ),
    Control(
        "rotation is one to one",
        "P3",
        'if not ((both["_merge"] == "both").all()):',
        (_ROTATION + "test_a_warehouse_that_takes_two_persons_for_one_or_one_for_two_is_refused",),
    ),
)
_FIELDS = (
    Control("new columns are counted", "P5", '"unmapped_columns_n": 0,', (_COLUMNS + "[bookings]",)),
    Control(
        "names of new columns are hashed",
        "P5",
        'rows = [("unmapped", name, key) for name, key in zip(labels, keys, strict=True)]',
        ("integration/ingest/test_drift.py::test_a_new_column_is_not_stored_and_neither_is_its_name",),
    ),
    Control(
        "databases are asked for mapped columns",
        "P5",
        "found = [column for column in table.columns]",
        (_DATABASE + "test_what_is_extracted_is_for_its_owner_alone_and_holds_no_column_that_is_not_mapped",),
    ),
    Control(
        "job titles become staff groups",
        "P6",
        "return _staff_groups().get(title, title) if title else UNKNOWN",
        (_COLUMNS + "[bookings]",),
    ),
    Control(
        "employers become codes", "P6", "return text, UNKNOWN, UNKNOWN, UNKNOWN", (_COLUMNS + "[bookings]",)
    ),
    Control(
        "facilitators' KPIs stay",
        "P8",
        "return kpis",
        ("integration/release/test_build.py::test_facilitators_have_exact_kpis_and_none_that_leave",),
    ),
)
_FREE_TEXT = (
    Control(
        "comments are redacted before they are stored",
        "P9",
        'redacted = pd.DataFrame({"redacted_text": comments["text"], "redaction_n": 0})',
        (_COLUMNS + "[survey]",),
    ),
    Control(
        "two people approve a quotation",
        "P9",
        "APPROVALS_NEEDED = 1",
        (_COMMENTS + "test_two_different_people_have_to_approve_a_quotation",),
    ),
    Control(
        "no quotation of a small cell",
        "P9",
        "is_small = (people < 0).to_numpy()",
        (_COMMENTS + "test_a_comment_in_a_small_cell_is_refused",),
    ),
    Control(
        "a second look at quotations",
        "P9",
        'signals = [() for text in chosen["redacted_text"]]',
        (_COMMENTS + "test_a_comment_that_may_name_somebody_is_refused_without_its_text",),
    ),
    Control(
        "no theme of few people",
        "P9",
        "people_n=of_comments,",
        ("unit/release/test_themes.py::test_fewer_people_than_eleven_are_withheld",),
    ),
    Control(
        "identifiers with a form are redacted",
        "P10",
        "pass",
        (_REDACTION + "test_identifiers_with_a_form_of_their_own_are_all_found",),
    ),
    Control(
        "names are redacted",
        "P10",
        "text = self._organisations.redact(text)",
        (_REDACTION + "test_names_are_found_with_and_without_a_roster",),
    ),
    Control(
        "unknown capitalised words are redacted",
        "P10",
        "is_name=False,",
        (_REDACTION + "test_a_word_that_no_list_knows_is_redacted_if_it_may_be_a_name",),
    ),
    Control(
        "names of the roster are redacted",
        "P10",
        "return False",
        (_ROSTER + "test_the_order_of_deliveries_makes_no_difference_to_comments_or_roster",),
    ),
    Control(
        "a larger roster redacts stored comments",
        "P10",
        "return 0 if named else 0",
        (_ROSTER + "test_the_order_of_deliveries_makes_no_difference_to_comments_or_roster",),
    ),
    Control(
        "the roster holds keyed hashes",
        "P10",
        'keys = held["word"]',
        (_ROSTER + "test_names_are_kept_only_as_keyed_hashes",),
    ),
    Control(
        "the second detector refuses",
        "P10",
        "if False:",
        (_DETECTOR + "test_a_release_with_an_identifier_is_stopped_and_the_message_does_not_repeat_it",),
    ),
    Control(
        "each release is scanned for identifiers",
        "P11",
        "pass",
        (_GATE + "test_an_identifier_that_was_typed_as_a_session_stops_the_release",),
    ),
)
_AGGREGATES = (
    Control(
        "small counts are withheld",
        "P12",
        "return counts < 0",
        (
            _RELEASE + "test_twelve_attendances_of_three_people_are_not_shown",
            _RELEASE + "test_a_staff_directory_matches_nobody_in_a_release",
        ),
    ),
    Control(
        "counts are perturbed",
        "P16",
        "noisy = counts[is_noisy]",
        (_CELLS + "test_counts_are_perturbed_and_their_parts_with_them",),
    ),
    Control(
        "counts of records are rounded",
        "P12",
        "return counts",
        (_CELLS + "test_counts_of_records_that_no_person_is_behind_are_rounded",),
    ),
    Control(
        "a change does not pin down its pairs",
        "P16",
        "while False:",
        (_LAWS + "test_at_least_five_numbers_of_pairs_agree_with_all_that_is_shown_of_them",),
    ),
    Control(
        "measures are coarsened",
        "P16",
        "coarse = measures.copy()",
        (_CELLS + "test_steps_follow_the_unit_and_how_many_answered",),
    ),
    Control(
        "counts of links are counts of people",
        "P12",
        'unit="none",',
        (_COUNTS + "test_counts_of_links_are_perturbed",),
    ),
    Control(
        "thresholds have a floor",
        "P12",
        "suppress_up_to: int = Field(default=7)",
        (_APPROVAL + "test_a_threshold_below_the_floor_is_refused_when_the_programme_is_read",),
    ),
    Control(
        "measures need enough people",
        "P13",
        "return people_n < 0",
        (_RELEASE + "test_twelve_responses_of_few_people_are_not_shown",),
    ),
    Control(
        "readings that leave out a few are withheld",
        "P13",
        "return is_of_part & are_small(left_out, up_to=0)",
        (_CELLS + "test_a_reading_of_a_part_that_leaves_out_a_few_pairs_is_withheld",),
    ),
    Control(
        "means have one decimal",
        "P13",
        'SCORE := Unit("score", "score", 2, grain=2.0),',
        (_CELLS + "test_a_mean_is_shown_to_one_decimal_and_its_sum_is_not_shown",),
    ),
    Control(
        "groups of few non-responders are withheld",
        "P13",
        'fewer = groups.agg(people_n=("people_n", "sum"), groups_n=("people_n", "size"))',
        (_COUNTS + "test_a_part_with_few_people_in_either_group_is_withheld",),
    ),
    Control(
        "alike answers are withheld",
        "P14",
        "gives_away = is_few & False",
        (_RELEASE + "test_what_everybody_said_is_not_shown",),
    ),
    Control(
        "what derives from a withheld cell is emptied",
        "P15",
        'released["value"] = released["value"].mask(is_withheld)',
        (_RELEASE + "test_no_column_and_no_order_reveals_a_withheld_cell",),
    ),
    Control(
        "order says nothing",
        "P15",
        'return kpis.sort_values("value", ignore_index=True).astype(_EXACT_TYPES)',
        (_RELEASE + "test_no_column_and_no_order_reveals_a_withheld_cell",),
    ),
    Control(
        "exported cells are no formulas",
        "P15",
        "return cell",
        (
            _RELEASE + "test_text_that_is_a_formula_for_a_spreadsheet_is_written_as_text",
            _FILES + "test_a_comment_that_is_a_formula_for_a_spreadsheet_is_written_as_text",
        ),
    ),
    Control(
        "cells stand until enough people changed",
        "P17",
        'is_held = counted["changed_n"] < 0',
        (_RELEASE + "test_nothing_changes_before_eleven_people_did[added]",),
    ),
    Control(
        "cells that a few people left stand",
        "P17",
        "if False:",
        (_RELEASE + "test_a_part_that_a_few_people_leave_empty_stays_as_it_was",),
    ),
    Control(
        "a claim about an earlier day is released once",
        "P17",
        "return rows",
        (_CLAIMS + "test_once_released_it_stands_whoever_is_corrected_or_goes",),
    ),
    Control(
        "a claim near a release is withheld",
        "P17",
        'return withhold(rows, rows["suppression_reason"])',
        (_CLAIMS + "test_it_is_withheld_where_the_present_differs_by_a_few_people[10-withheld]",),
    ),
    Control(
        "a rotation carries who was behind releases",
        "P17",
        "not_carried = 0",
        (_ROTATION + "test_fewer_than_eleven_people_change_no_cell_across_a_rotation",),
    ),
    Control(
        "parts near another are withheld",
        "P18",
        "is_close = (both.data == size[both.row]) & (missing < 0)",
        (_RELEASE + "test_parts_that_hold_nearly_everybody_of_another_are_not_shown_beside_it",),
    ),
    Control(
        "only the checked candidate goes up",
        "P19",
        "pass",
        (_GATE + "test_a_candidate_that_was_changed_after_it_was_built_does_not_go_up",),
    ),
    Control(
        "an approval is for one content",
        "P19",
        "if False:",
        (_APPROVAL + "test_a_release_waits_for_an_approval_of_exactly_this_content",),
    ),
)
_TEXTS_AND_FILES = (
    Control(
        "errors of libraries are reported by their type",
        "P20",
        'f"an unexpected {error!r} occurred",',
        (_ERRORS + "test_a_library_quotes_the_value_and_we_do_not",),
    ),
    Control(
        "alerts quote no error of a library",
        "P20",
        "message = type(to_value_free_error(error))(str(error), remedy='', rule='unexpected')",
        (_ALERTS + "test_an_alert_quotes_no_value_that_a_library_does",),
    ),
    Control(
        "failures carry no cause into Dagster's log",
        "P20",
        ") from error",
        (
            _ERRORS + "test_dagster_stores_no_value_of_an_exception_that_passed_the_boundary",
            _ERRORS + "test_a_folder_that_is_in_the_way_is_told_without_a_value",
        ),
    ),
    Control(
        "the command prints no trace",
        "P20",
        "raise",
        (_CANARIES + "test_no_canary_is_told_or_left_by_a_run_that_fails[with_damaged_warehouse-1]",),
    ),
    Control(
        "Great Expectations says passed or failed alone",
        "P20",
        'result_format="COMPLETE",',
        (_EXPECTATIONS + "test_great_expectations_itself_keeps_no_value",),
    ),
    Control(
        "Great Expectations logs nothing",
        "P20",
        "pass",
        (_EXPECTATIONS + "test_no_log_record_of_great_expectations_reaches_a_handler",),
    ),
    Control(
        "errors of DuckDB are reported by their type",
        "P21",
        "kind = str(cause)",
        (_ERRORS + "test_the_warehouse_tells_the_kind_of_a_driver_error_alone",),
    ),
    Control(
        "the pool of connections logs nothing",
        "P21",
        "pass",
        (_ERRORS + "test_what_fails_when_a_connection_is_given_back_is_not_logged_with_its_text",),
    ),
    Control(
        "errors of PostgreSQL are reported by their state",
        "P21",
        'raise CcdsError(str(error), remedy="") from None',
        (_MIRROR + "test_a_release_that_breaks_a_rule_leaves_the_earlier_one_and_shows_no_value",),
    ),
    Control(
        "what a step prints is kept nowhere", "P22", "", (_FILES + "test_what_a_step_prints_is_kept_nowhere",)
    ),
    Control(
        "the command writes for its owner alone",
        "P22",
        "pass",
        (_FILES + "test_what_the_command_writes_is_for_its_owner_alone",),
    ),
    Control(
        "Dagster's runs write for their owner alone",
        "P22",
        "pass",
        (_CANARIES + "test_a_run_that_dagster_starts_by_itself_writes_for_its_owner_alone",),
    ),
    Control(
        "the warehouse's file is for its owner alone",
        "P22",
        "pass",
        (_FILES + "test_the_warehouse_and_what_lies_beside_it_are_for_their_owner_alone",),
    ),
    Control(
        "the spill folder is for its owner alone",
        "P23",
        "spill.mkdir(exist_ok=True)",
        (_FILES + "test_the_warehouse_and_what_lies_beside_it_are_for_their_owner_alone",),
    ),
    Control(
        "restricted files are for their owner alone",
        "P23",
        "return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)",
        (_COPIES + "test_a_copy_is_numbered_hashed_and_private",),
    ),
    Control(
        "copies of a killed run are removed",
        "P23",
        "pass",
        (_KILLED_COPIES + "test_the_folder_of_a_killed_process_is_swept_and_that_of_a_living_one_is_not",),
    ),
    Control(
        "spill of a killed run is removed",
        "P23",
        "pass",
        (_FILES + "test_what_a_killed_process_spilled_is_gone_when_the_warehouse_is_opened",),
    ),
    Control(
        "DuckDB fetches no extension",
        "P25",
        '"autoinstall_known_extensions": True,',
        (_FILES + "test_the_warehouse_fetches_no_extension",),
    ),
)
_RIGHTS = (
    Control(
        "erased rows are deleted",
        "P26",
        "pass",
        (_ERASURE + "test_no_trace_of_the_person_is_left_in_any_cell_or_byte",),
    ),
    Control(
        "kept figures of earlier days go with the erased",
        "P26",
        "pass",
        (_ERASURE + "test_no_trace_of_the_person_is_left_in_any_cell_or_byte",),
    ),
    Control(
        "the file is written anew",
        "P26",
        "pass",
        (_ERASURE + "test_no_trace_of_the_person_is_left_in_any_cell_or_byte",),
    ),
    Control(
        "who was erased stays away",
        "P26",
        "is_erased = persons.isin(())",
        (_ERASURE + "test_an_old_file_does_not_bring_the_person_back",),
    ),
    Control(
        "their records stay away too",
        "P26",
        "is_erased = persons.isin(listed.hashes)",
        (_ERASURE + "test_an_old_file_does_not_bring_the_person_back",),
    ),
    Control(
        "rejected rows of who was erased leave nothing",
        "P26",
        "pass",
        (_ERASURE + "test_nothing_stays_of_a_rejected_row",),
    ),
    Control(
        "releases forget who was behind them",
        "P26",
        "pass",
        (_ERASURE + "test_nobody_remembers_that_the_person_was_behind_a_release",),
    ),
    Control(
        "a lost warehouse is not made anew",
        "P26",
        "if True:",
        (_BACKUPS + "test_a_lost_warehouse_is_not_made_anew",),
    ),
    Control(
        "no backup from before an erasure is kept",
        "P26",
        "before: list[Generation] = []",
        (_BACKUPS + "test_no_backup_from_before_an_erasure_is_kept",),
    ),
    Control(
        "a backup from before an erasure brings nobody back",
        "P26",
        "if False:",
        (_BACKUPS + "test_a_backup_from_before_an_erasure_is_not_restored_unless_told",),
    ),
    Control(
        "retention is set for real data",
        "P28",
        "if False:",
        (_RETENTION + "test_real_data_without_retention_is_refused",),
    ),
    Control(
        "what is too old is deleted",
        "P28",
        "pass",
        (_RETENTION + "test_a_record_goes_with_its_last_delivery",),
    ),
    Control(
        "what is too old is not loaded again",
        "P28",
        "if False:",
        (_RETENTION + "test_a_delivery_that_is_too_old_is_counted_and_not_loaded",),
    ),
    Control(
        "records of the trail are hashed",
        "P29",
        "if False:",
        (_TRAIL + "test_the_first_bad_record_is_named",),
    ),
    Control(
        "records of the trail are chained",
        "P29",
        "if False:",
        (
            _TRAIL + "test_a_record_that_was_dropped_and_the_rest_renumbered_is_named",
            _TRAIL + "test_records_that_changed_places_are_named",
        ),
    ),
    Control(
        "new functions are their owner's",
        "P30",
        "",
        (_ROLES + "test_a_new_function_can_be_called_by_its_owner_alone",),
    ),
    Control(
        "PUBLIC may nothing in the database",
        "P30",
        "",
        (_ROLES + "test_a_cheap_predicate_sees_through_a_view_only_where_the_roles_are_not",),
    ),
    Control(
        "grants that are not written down are taken away",
        "P30",
        "'SELECT 1'",
        (_ROLES + "test_granting_again_takes_away_what_is_not_written_down_and_keeps_rows",),
    ),
    Control(
        "weak points of the roles are found",
        "P30",
        "if False:",
        (_ROLES + "test_a_weak_point_is_found_and_named",),
    ),
    Control(
        "nothing is mirrored into weak roles",
        "P30",
        "pass",
        (_MIRROR + "test_a_view_in_reporting_keeps_the_release_back",),
    ),
)

_WEB = tuple(
    Control(name, "P31", instead, (_WEB_SERVER + "test_a_change_that_another_site_may_have_sent_is_refused",))
    for name, instead in (
        ("other names of the server are refused", "if False:"),
        ("an address asks for no change", "is_query = False"),
        ("pages of other sites change nothing", "if False:"),
        ("a change is sent as JSON", "if False:"),
    )
)

CONTROLS: tuple[Control, ...] = (
    *_IDENTITY,
    *_FIELDS,
    *_FREE_TEXT,
    *_AGGREGATES,
    *_TEXTS_AND_FILES,
    *_RIGHTS,
    *_WEB,
)
"""Every control, in the order of the requirements."""
