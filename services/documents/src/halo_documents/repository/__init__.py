"""The dossier's tables: one typed function per named statement."""

from halo_events.runtime import load_statements

SQL = load_statements("halo_documents")
"""The named statements of queries.sql."""
