"""What an export holds, by counts: drafts of mappings, and comparison with a source's mapping.

Nothing is loaded and no value is shown. Reading the file is in ``sources``.
"""
