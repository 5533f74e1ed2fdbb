"""The spreadsheet face: the verbs as formulas, for Excel by three routes and for LibreOffice."""
