"""One typed function per named statement of queries.sql, by the part of the life that it serves."""
