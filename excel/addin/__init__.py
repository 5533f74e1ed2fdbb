"""The Office.js add-in: what Excel is told of the formulas, the endpoint they ask, the task pane they live in."""
