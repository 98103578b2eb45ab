"""Datasets: files whose rows are documents, cleaned row for row.

A reader child decompresses and cuts the file into chunks; children of their own clean
the chunks; the batch's own process moves bytes and never parses a row. Only the text
column is rewritten: everything else of a row stays byte for byte (JSONL) or value for
value (Parquet).
"""
