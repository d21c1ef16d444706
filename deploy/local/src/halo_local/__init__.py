"""Kafka, PostgreSQL, MinIO and a token issuer on one machine."""
