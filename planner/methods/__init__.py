"""The methods of `Planner`, a class for each room of verbs; `planner.planner` puts them together."""
