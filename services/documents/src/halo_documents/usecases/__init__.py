"""What people do with a dossier, step by step. A use case never commits, logs or catches."""
