"""Documents: the dossier of a request, its items and papers."""
