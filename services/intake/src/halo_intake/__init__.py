"""Intake: receives, validates, numbers and follows requests."""
