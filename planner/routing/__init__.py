"""Routing: which requests go to which model, what that costs, saves and risks."""
