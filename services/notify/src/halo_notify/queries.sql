-- Every statement of notify's repository.

-- name: insert_contact
-- How the resident of a new request is reached.
INSERT INTO contacts (request_id, tracking_no, rw, phone, email, language, received_at)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: update_contact_cancel_round
UPDATE contacts
   SET cancel_round = $2
 WHERE request_id = $1;

-- name: find_contact
SELECT c.tracking_no, c.rw, c.phone, c.email, c.language, c.cancel_round
  FROM contacts AS c
 WHERE c.request_id = $1;

-- name: upsert_asked
-- Who holds the round goes on until another accepts it.
INSERT INTO assignments (request_id, round, asked_id)
VALUES ($1, $2, $3)
ON CONFLICT (request_id, round) DO UPDATE
   SET asked_id = excluded.asked_id;

-- name: upsert_holder
INSERT INTO assignments (request_id, round, holder_id, accepted_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (request_id, round) DO UPDATE
   SET asked_id = NULL, holder_id = excluded.holder_id, accepted_at = excluded.accepted_at;

-- name: upsert_nobody
-- That somebody held it before stays known.
INSERT INTO assignments (request_id, round)
VALUES ($1, $2)
ON CONFLICT (request_id, round) DO UPDATE
   SET asked_id = NULL, holder_id = NULL;

-- name: upsert_delivered
INSERT INTO assignments (request_id, round, delivered)
VALUES ($1, $2, $3)
ON CONFLICT (request_id, round) DO UPDATE
   SET delivered = assignments.delivered + excluded.delivered;

-- name: find_serving
SELECT a.asked_id, a.holder_id, a.accepted_at IS NOT NULL AS accepted, a.delivered
  FROM assignments AS a
 WHERE a.request_id = $1 AND a.round = $2;

-- name: insert_item
INSERT INTO items (item_id, request_id, round, kind)
VALUES ($1, $2, $3, $4);

-- name: find_kind
SELECT i.kind
  FROM items AS i
 WHERE i.item_id = $1;

-- name: upsert_officer
-- What the register says now: an officer who comes back has left no more.
INSERT INTO officers (officer_id, name, phone, email, changed_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (officer_id) DO UPDATE
   SET name = excluded.name, phone = excluded.phone, email = excluded.email,
       changed_at = excluded.changed_at, left_at = NULL;

-- name: update_officer_left
-- The name stays: facts about earlier work may come later.
UPDATE officers
   SET phone = NULL, email = NULL, left_at = $2
 WHERE officer_id = $1;

-- name: find_officer
SELECT o.officer_id, o.name, o.phone, o.email
  FROM officers AS o
 WHERE o.officer_id = $1;

-- name: insert_message
INSERT INTO messages (message_id, request_id, round, cause_type, cause_id, recipient, recipient_id,
                      channel, template, language, state, queued_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'queued', $11);

-- name: update_message_settled
-- A message is settled once: what was settled before does not change.
UPDATE messages
   SET state = $2, reason = $3, settled_at = $4
 WHERE message_id = $1 AND state = 'queued';

-- name: message_exists
SELECT EXISTS (SELECT FROM messages AS m WHERE m.message_id = $1);

-- name: was_told
-- Whether an officer was told the same in a round of the request.
SELECT EXISTS (
         SELECT FROM messages AS m
          WHERE m.request_id = $1 AND m.round = $2 AND m.recipient_id = $3 AND m.template = $4);

-- name: list_messages
-- The newest messages before a place in the list, of all requests.
SELECT m.message_id, m.request_id, m.round, m.cause_type, m.cause_id, m.recipient, m.recipient_id, m.channel,
       m.template, m.language, m.state, m.reason, m.queued_at, m.settled_at
  FROM messages AS m
 WHERE (m.queued_at, m.message_id) < ($1::timestamptz, $2::uuid)
 ORDER BY m.queued_at DESC, m.message_id DESC
 LIMIT $3;

-- name: list_messages_of_request
-- The newest messages before a place in the list, of one request.
SELECT m.message_id, m.request_id, m.round, m.cause_type, m.cause_id, m.recipient, m.recipient_id, m.channel,
       m.template, m.language, m.state, m.reason, m.queued_at, m.settled_at
  FROM messages AS m
 WHERE m.request_id = $4 AND (m.queued_at, m.message_id) < ($1::timestamptz, $2::uuid)
 ORDER BY m.queued_at DESC, m.message_id DESC
 LIMIT $3;

-- name: insert_outgoing
INSERT INTO outgoing (message_id, request_id, round, channel, address, subject, body, due_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: lease_due
-- Take messages of one channel that are due, longest due first; what another job takes at this moment is left to it.
WITH due AS (
    SELECT o.message_id
      FROM outgoing AS o
     WHERE o.channel = $1 AND o.settled_at IS NULL AND o.lease_id IS NULL AND o.due_at <= $2
     ORDER BY o.due_at
     LIMIT $5
       FOR UPDATE SKIP LOCKED
)
UPDATE outgoing AS o
   SET lease_id = $3, leased_until = $4
  FROM due
 WHERE o.message_id = due.message_id
RETURNING o.message_id, o.address, o.subject, o.body;

-- name: list_waiting_for
-- Messages to an officer that no job holds.
SELECT o.message_id, o.request_id, o.round
  FROM outgoing AS o
  JOIN messages AS m ON m.message_id = o.message_id
 WHERE m.recipient_id = $1 AND o.settled_at IS NULL AND o.lease_id IS NULL
 ORDER BY o.message_id
   FOR UPDATE OF o;

-- name: list_leased
-- The messages that a lease still holds: of one found expired meanwhile, none.
SELECT o.message_id, o.request_id, o.round, o.attempts, o.first_tried_at
  FROM outgoing AS o
 WHERE o.lease_id = $1
 ORDER BY o.message_id
   FOR UPDATE;

-- name: list_expired
-- Messages whose job died or froze.
SELECT o.message_id, o.request_id, o.round, o.attempts, o.first_tried_at
  FROM outgoing AS o
 WHERE o.leased_until <= $1
 ORDER BY o.leased_until
 LIMIT $2
   FOR UPDATE SKIP LOCKED;

-- name: update_outgoing_due
-- An attempt that certainly sent nothing: try again at $2. $3 is 1 when the gateway was called, else 0.
UPDATE outgoing
   SET due_at = $2, attempts = attempts + $3, first_tried_at = coalesce(first_tried_at, $4),
       lease_id = NULL, leased_until = NULL
 WHERE message_id = $1;

-- name: update_outgoing_settled
UPDATE outgoing
   SET settled_at = $2, lease_id = NULL, leased_until = NULL
 WHERE message_id = $1;

-- name: delete_settled
-- Forget addresses and texts of messages settled before $1.
DELETE FROM outgoing
 WHERE message_id IN (SELECT o.message_id FROM outgoing AS o WHERE o.settled_at < $1 LIMIT $2);

-- name: delete_settled_of_left
-- Forget addresses and texts of settled messages to officers who left.
DELETE FROM outgoing
 WHERE message_id IN (
         SELECT o.message_id
           FROM officers AS f
           JOIN messages AS m ON m.recipient_id = f.officer_id
           JOIN outgoing AS o ON o.message_id = m.message_id
          WHERE f.left_at IS NOT NULL AND o.settled_at IS NOT NULL
          LIMIT $1);
