"""PDF bytes to a Document: the text a reader sees, with its geometry, and what was not readable."""

from ingest.extract.pdf.reader import read_pdf

__all__ = ["read_pdf"]
