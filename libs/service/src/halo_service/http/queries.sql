-- name: insert_key
-- Claims a key; waits where another transaction is claiming the same one.
INSERT INTO http.idempotency_keys (caller_id, operation, key, body_sha256, created_at)
VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT DO NOTHING;

-- name: find_answer
SELECT body_sha256, status, answer
  FROM http.idempotency_keys
 WHERE caller_id = $1 AND operation = $2 AND key = $3;

-- name: update_answer
UPDATE http.idempotency_keys
   SET status = $4, answer = $5
 WHERE caller_id = $1 AND operation = $2 AND key = $3 AND answer IS NULL;

-- name: delete_old_keys
-- A bounded share of the keys older than the limit; rows that somebody else is deleting are left to him.
DELETE FROM http.idempotency_keys
 WHERE (caller_id, operation, key) IN (
         SELECT caller_id, operation, key
           FROM http.idempotency_keys
          WHERE created_at < $1
          ORDER BY created_at
          LIMIT $2
            FOR UPDATE SKIP LOCKED
       );

-- name: find_migrations_table
-- Whether anything was ever migrated here.
SELECT to_regclass('_yoyo_migration') IS NOT NULL;

-- name: list_applied_migrations
SELECT migration_id
  FROM _yoyo_migration
 WHERE migration_id = ANY ($1::text[]);
