"""Dispatch: who serves a request, visits, delivery, and the register of officers."""
