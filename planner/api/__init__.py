"""The HTTP face: the planner's verbs as FastAPI routes, with problem details, a key check and body limits."""
