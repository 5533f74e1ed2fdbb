"""What models did on the user's own prompts: which to keep, what routing between them is worth, where to set it."""
