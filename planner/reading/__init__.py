"""Files as parts of a prompt: what they are, their text, pages or size. Hostile ones are refused, never waited for."""
