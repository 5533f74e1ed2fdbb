"""The LibreOffice Calc extension: the same formulas, built from the registry into an .oxt."""
