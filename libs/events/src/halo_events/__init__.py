"""The event contract of HALO PAMOR, and the runtime that makes effects happen once."""
