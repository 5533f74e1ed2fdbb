"""The pages of the unit-economics workbook, each a pure function of what it shows."""
