"""Evaluation: how many items to judge, what the judgements say, what judging costs."""
