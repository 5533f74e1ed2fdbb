"""A billion rows: pricing usage logs and counting corpora, part by part, on one machine or a cluster that exists.

One kernel (`kernel`), Arrow batch in and Arrow batch out, is the same everywhere. A job's inputs are cut into parts
(`places`, `parts`), each part is read (`reading`, `textrows`), worked through and committed to the job's folder
(`work`, `store`), by this machine (`local`) or by Ray (`cluster`); `job` puts it together. Needs the extra `bulk`.
"""
