"""Packing: who goes into a model's window, in which order, what stays out and why, and what each part costs."""
