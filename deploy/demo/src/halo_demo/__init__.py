"""Residents' requests from e-OPen to the door, on the local stack."""
