"""Kafka, PostgreSQL, MinIO, clamd and a token issuer on one machine.

All but the command line, `detached` and the issuer is standard library only: the bootstrap uses it before anything
is installed.
"""
