-- Idempotency keys of HTTP calls: what was asked and what was answered, for seven days.
CREATE SCHEMA http;

CREATE TABLE http.idempotency_keys (
  caller_id   text        NOT NULL,
  operation   text        NOT NULL,
  key         text        NOT NULL,
  body_sha256 bytea       NOT NULL CHECK (octet_length(body_sha256) = 32),
  status      smallint    CHECK (status BETWEEN 200 AND 299),
  answer      text,
  created_at  timestamptz NOT NULL,
  PRIMARY KEY (caller_id, operation, key)
);

CREATE INDEX idempotency_keys_by_created_at ON http.idempotency_keys (created_at);
