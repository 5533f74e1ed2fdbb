"""Plans: a feature as a pipeline of steps in a file; its report, and the policies that it is held against."""
