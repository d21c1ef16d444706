-- name: fence
-- Locks the positions of these partitions: whoever else believes to own them waits, and then finds them moved.
SELECT topic, partition, next_offset
  FROM events.offsets
 WHERE consumer = $1
   AND (topic, partition) IN (SELECT t, p FROM unnest($2::text[], $3::int[]) AS x (t, p))
 ORDER BY topic, partition
   FOR UPDATE;

-- name: list_positions
SELECT topic, partition, next_offset
  FROM events.offsets
 WHERE consumer = $1;

-- name: insert_positions
INSERT INTO events.offsets (consumer, topic, partition, next_offset)
SELECT $1, t, p, o
  FROM unnest($2::text[], $3::int[], $4::bigint[]) AS x (t, p, o)
    ON CONFLICT DO NOTHING;

-- name: update_positions
UPDATE events.offsets AS f
   SET next_offset = x.o
  FROM unnest($2::text[], $3::int[], $4::bigint[]) AS x (t, p, o)
 WHERE f.consumer = $1 AND f.topic = x.t AND f.partition = x.p;

-- name: insert_inbox
-- Returns the positions in the list of those not handled before.
WITH given AS (
  SELECT t, s, i, n
    FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS x (t, s, i, n)
), fresh AS (
  INSERT INTO events.inbox (consumer, topic, source, id)
  SELECT $1, t, s, i FROM given
      ON CONFLICT DO NOTHING
  RETURNING topic, source, id
)
SELECT g.n
  FROM given AS g
  JOIN fresh AS f ON f.topic = g.t AND f.source = g.s AND f.id = g.i
 ORDER BY g.n;

-- name: delete_old_inbox
-- Bounded, so that a purge never holds its locks for long.
DELETE FROM events.inbox
 WHERE ctid = ANY (ARRAY(SELECT ctid FROM events.inbox WHERE handled_at < $1 LIMIT 5000));

-- name: lock_partitions
SELECT pg_advisory_xact_lock($1::int, k) FROM unnest($2::int[]) AS k;

-- name: insert_outbox
INSERT INTO events.outbox (topic, partition, key, type, event_id, headers, data)
SELECT t, p, k, y, e, h, d
  FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[])
       WITH ORDINALITY AS x (t, p, k, y, e, h, d, n)
 ORDER BY n;

-- name: list_outbox
SELECT id, topic, partition, key, headers, data
  FROM events.outbox
 WHERE topic <> ALL ($2::text[])
 ORDER BY id
 LIMIT $1;

-- name: delete_outbox
-- Exactly the rows that were acknowledged: ids of other partitions may commit later than higher ones.
DELETE FROM events.outbox WHERE id = ANY ($1::bigint[]);

-- name: try_relay_lock
SELECT pg_try_advisory_lock($1::int, 0);

-- name: touch
SELECT 1;
