"""Simulated officers, coordinators and operators: they work through the services' HTTP APIs only."""
