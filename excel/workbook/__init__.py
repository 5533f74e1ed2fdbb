"""The unit-economics workbook: one description of its pages, written for the add-in, for xlwings, or with neither."""
