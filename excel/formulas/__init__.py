"""The formulas, a module a subject; each calls verbs of the planner and holds no arithmetic."""
