"""Values, states and rules of the dossier: pure, without any store."""
