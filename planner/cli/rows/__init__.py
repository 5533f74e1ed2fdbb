"""`tokenplan cost --rows FILE`: files of rows read, priced and written back.

`command` is the verb; `files` opens, `chunks` and `parquet` read and write, `alone` and `columns` price, `totals` sums.
"""
