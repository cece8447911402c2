"""One module per tool: invented records → the file that the tool would export."""
