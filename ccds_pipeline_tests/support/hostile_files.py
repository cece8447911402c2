"""The hostile files and what becomes of each: read fully, rows set aside with line and rule, or refused.

The contract they are read against is declared as options: comma-separated UTF-8 and the seven columns.
"""

COLUMNS = ["booking_id", "staff_id", "surname", "email", "start_date", "fee", "notes"]
CONTRACT = {"columns": ", ".join(COLUMNS)}
# Right in full.
READ = [
    "00_control.csv",
    "01_utf8_bom.csv",
    "02_utf16le_bom.csv",
    "07_header_ws_case.csv",
    "09_columns_swapped.csv",
    "15_embedded_newlines.csv",
    "20_leading_zero_ids.csv",
    "21_bigint_ids.csv",
    "22_scientific_like_ids.csv",
    "24_uk_dates_ambiguous.csv",
    "25_mixed_date_formats.csv",
    "26_money_formats.csv",
    "27_formula_injection.csv",
    "28_mixed_eol.csv",
    "29_unicode_line_seps.csv",
    "34_header_only.csv",
    "40_late_type_change.csv",
    "43_dup_rows.csv",
    "44_hash_rows.csv",
    "46_blank_vs_empty_quoted.csv",
    "60_control.xlsx",
    "63_date1904.xlsx",
    "69_hidden_rows_filter.xlsx",
    "79_csv_named.xlsx",
    "83_wrong_dimension.xlsx",
]
# The rule of the refusal.
REFUSED = {
    "03_cp1252.csv": "wrong_encoding",  # right when it is declared, see below
    "04_mixed_encoding.csv": "wrong_encoding",
    "06_dup_header.csv": "column_repeated",
    "08_header_renamed.csv": "missing_columns",
    "13_unclosed_quote.csv": "quote_not_closed",
    "16_backslash_escape.csv": "quote_misplaced",
    "17_nul_byte.csv": "nul_character",
    "19_huge_field_5MiB.csv": "field_too_long",
    "30_truncated_midrow.csv": "truncated",
    "32_truncated_in_utf8_char.csv": "wrong_encoding",
    "33_empty.csv": "file_empty",
    "37_preamble.csv": "header_single_column",
    "38_semicolon.csv": "wrong_delimiter",  # right when it is declared
    "39_tab_named_csv.csv": "wrong_delimiter",  # right when it is declared
    "45_html_error_page.csv": "html_page",
    "48_gzip_bomb_1GiB.csv.gz": "not_text",
    "67_dup_header.xlsx": "column_repeated",
    "70_merged_title.xlsx": "header_single_column",
    "72_far_cell.xlsx": "workbook_too_large",
    "74_xxe.xlsx": "document_type",
    "75_billion_laughs.xlsx": "document_type",
    "76_zip_bomb_400MB.xlsx": "workbook_too_large",
    "78_truncated.xlsx": "workbook_damaged",
    "80_html_named.xls": "html_page",
    "81_encrypted.xlsx": "not_text",
}
# The physical lines that are set aside, and the rule; the rest of such a file is right.
SET_ASIDE = {
    "05_mojibake.csv": {2: "double_encoded"},
    "10_row_too_long.csv": {4: "row_too_long"},
    "11_row_too_short.csv": {4: "row_too_short"},
    # Cut between two rows. The cut took the last line end too, so this file shows it at its last row; with
    # that line end nothing in the file would tell, only a count from the tool or the sender can.
    "31_truncated_at_row_edge.csv": {21: "row_unfinished"},
    "35_header_repeated_mid.csv": {5: "header_repeated"},
    # Numbers where the contract holds text: how they looked, or what day they mean, is lost.
    "61_zero_padded_format.xlsx": dict.fromkeys(range(2, 8), "number_padded"),
    "64_unformatted_serials.xlsx": dict.fromkeys(range(2, 8), "number_cell"),
    "66_error_cells.xlsx": dict.fromkeys((2, 3, 4, 6, 7), "error_cell"),
    "71_mixed_types.xlsx": dict.fromkeys((3, 4, 7), "number_cell"),
}
