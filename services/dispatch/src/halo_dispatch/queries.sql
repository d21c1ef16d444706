-- name: lock_register
-- One load of the register at a time, and no offer meanwhile.
SELECT pg_advisory_xact_lock(hashtextextended('halo_dispatch.register', 0));

-- name: lock_register_shared
-- Offers wait for a load of the register and not for each other: nobody is asked who leaves at this moment.
SELECT pg_advisory_xact_lock_shared(hashtextextended('halo_dispatch.register', 0));

-- name: end_kelurahan
UPDATE kelurahan AS k
   SET valid_to = $6
 WHERE k.valid_to IS NULL
   AND (k.kelurahan_code, k.name, k.kecamatan_code, k.kecamatan, k.postal_code) NOT IN (
           SELECT c, n, kc, kn, p
             FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS x (c, n, kc, kn, p));

-- name: insert_kelurahan
INSERT INTO kelurahan (kelurahan_code, name, kecamatan_code, kecamatan, postal_code, valid_from)
SELECT c, n, kc, kn, p, $6
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS x (c, n, kc, kn, p)
 WHERE NOT EXISTS (SELECT FROM kelurahan AS k WHERE k.kelurahan_code = x.c AND k.valid_to IS NULL);

-- name: end_rws
UPDATE rws AS r
   SET valid_to = $4
 WHERE r.valid_to IS NULL
   AND (r.kelurahan_code, r.rw, r.source) NOT IN (
           SELECT c, n, s FROM unnest($1::text[], $2::text[], $3::text[]) AS x (c, n, s));

-- name: insert_rws
INSERT INTO rws (kelurahan_code, rw, source, valid_from)
SELECT c, n, s, $4
  FROM unnest($1::text[], $2::text[], $3::text[]) AS x (c, n, s)
 WHERE NOT EXISTS (
           SELECT FROM rws AS r WHERE r.kelurahan_code = x.c AND r.rw = x.n AND r.valid_to IS NULL);

-- name: list_officers
SELECT officer_id, role, kelurahan_code, rws, on_duty, name, phone, email
  FROM officers
 WHERE left_at IS NULL;

-- name: upsert_officer
INSERT INTO officers (officer_id, role, kelurahan_code, rws, on_duty, name, phone, email, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (officer_id) DO UPDATE
   SET role = EXCLUDED.role, kelurahan_code = EXCLUDED.kelurahan_code, rws = EXCLUDED.rws,
       on_duty = EXCLUDED.on_duty, name = EXCLUDED.name, phone = EXCLUDED.phone, email = EXCLUDED.email,
       changed_at = EXCLUDED.changed_at, left_at = NULL;

-- name: update_officer_left
-- The name stays: a request may still show who held it.
UPDATE officers
   SET on_duty = false, phone = NULL, email = NULL, changed_at = $2, left_at = $2
 WHERE officer_id = $1;

-- name: find_rw
SELECT r.kelurahan_code, k.name AS kelurahan, r.rw, r.source
  FROM rws AS r
  JOIN kelurahan AS k ON k.kelurahan_code = r.kelurahan_code AND k.valid_to IS NULL
 WHERE r.kelurahan_code = $1 AND r.rw = $2 AND r.valid_to IS NULL;

-- name: list_kelurahan_names
SELECT kelurahan_code, name FROM kelurahan WHERE kelurahan_code = ANY ($1::text[]) AND valid_to IS NULL;

-- name: list_officers_of_rw
SELECT name, phone, on_duty
  FROM officers
 WHERE kelurahan_code = $1 AND $2 = ANY (rws) AND role = 'satgas_pamor' AND left_at IS NULL
 ORDER BY on_duty DESC, name, officer_id
 LIMIT 20;

-- name: find_officer
-- The least busy officer on duty in a kelurahan who didn't decline yet: the RW's own first, then their neighbours.
-- Open assignments are counted for those of the better kind only.
WITH candidates AS (
  SELECT o.officer_id, $2 = ANY (o.rws) AS serves_rw
    FROM officers AS o
   WHERE o.kelurahan_code = $1 AND o.role = 'satgas_pamor' AND o.on_duty AND o.left_at IS NULL
     AND NOT EXISTS (
             SELECT FROM declines AS d
              WHERE d.request_id = $3 AND d.round = $4 AND d.officer_id = o.officer_id)
)
SELECT c.officer_id, c.serves_rw
  FROM candidates AS c
  LEFT JOIN open_assignments AS a ON a.officer_id = c.officer_id
 WHERE c.serves_rw = (SELECT bool_or(serves_rw) FROM candidates)
 GROUP BY c.officer_id, c.serves_rw
 ORDER BY count(a.request_id), c.officer_id
 LIMIT 1;

-- name: serves_rw
SELECT EXISTS (
           SELECT FROM officers
            WHERE officer_id = $1 AND kelurahan_code = $2 AND $3 = ANY (rws) AND role = 'satgas_pamor'
              AND left_at IS NULL);

-- name: is_available
SELECT EXISTS (
           SELECT FROM officers
            WHERE officer_id = $1 AND kelurahan_code = ANY ($2::text[]) AND role = 'satgas_pamor' AND on_duty
              AND left_at IS NULL);

-- name: is_on_duty
SELECT EXISTS (
           SELECT FROM officers
            WHERE officer_id = $1 AND role = 'satgas_pamor' AND on_duty AND left_at IS NULL);

-- name: find_role
SELECT role FROM officers WHERE officer_id = $1 AND left_at IS NULL;

-- name: has_left
SELECT EXISTS (SELECT FROM officers WHERE officer_id = $1 AND left_at IS NOT NULL);

-- name: find_coordinator
SELECT officer_id
  FROM officers
 WHERE kelurahan_code = $1 AND role = 'coordinator' AND left_at IS NULL
 ORDER BY on_duty DESC, officer_id
 LIMIT 1;

-- name: find_officer_name
SELECT name FROM officers WHERE officer_id = $1;

-- name: insert_request
INSERT INTO requests (request_id, round, tracking_no, documents, kelurahan_code, rw, rt, target_group,
                      household_size, language, name, phone, address, note, received_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15);

-- name: update_request_closed
UPDATE requests SET closed_at = $2 WHERE request_id = $1;

-- name: update_cancel_requested
UPDATE requests SET cancel_requested_round = $2 WHERE request_id = $1;

-- name: update_request_cancelled
UPDATE requests SET cancelled_at = $2 WHERE request_id = $1;

-- name: update_request_reopened
UPDATE requests SET round = $2, documents = $3, closed_at = NULL WHERE request_id = $1;

-- name: get_place
SELECT kelurahan_code, rw FROM requests WHERE request_id = $1;

-- name: insert_items
INSERT INTO items (item_id, request_id, round, kind, recorded_at)
SELECT i, $2, $3, k, $5 FROM unnest($1::uuid[], $4::text[]) AS x (i, k)
    ON CONFLICT (item_id) DO NOTHING;

-- name: update_item_rejected
UPDATE items SET rejected_at = $2 WHERE item_id = $1;

-- name: upsert_handed_items
INSERT INTO handed_items (item_id, request_id, handover_id, officer_id, handed_at)
SELECT DISTINCT i, $2::uuid, $3::uuid, $4::uuid, $5::timestamptz FROM unnest($1::uuid[]) AS x (i)
    ON CONFLICT (item_id) DO UPDATE
   SET handover_id = EXCLUDED.handover_id, officer_id = EXCLUDED.officer_id, handed_at = EXCLUDED.handed_at;

-- name: list_items
-- Also those of earlier rounds, and how often each could not be handed over.
SELECT i.request_id, i.round, i.item_id, i.kind, coalesce(t.tries, 0) AS tries,
       CASE WHEN d.item_id IS NOT NULL THEN 'delivered'
            WHEN i.rejected_at IS NOT NULL THEN 'rejected'
            WHEN t.returned_at IS NOT NULL THEN 'at_kelurahan'
            WHEN h.item_id IS NOT NULL THEN 'with_officer'
            ELSE 'needed' END AS state
  FROM items AS i
  LEFT JOIN handed_items AS h ON h.item_id = i.item_id
  LEFT JOIN tried_items AS t ON t.item_id = i.item_id
  LEFT JOIN delivered_items AS d ON d.item_id = i.item_id
 WHERE i.request_id = ANY ($1::uuid[])
 ORDER BY i.request_id, i.recorded_at, i.kind, i.item_id;

-- name: upsert_paper_uploaded
INSERT INTO papers (paper_id, request_id, round, purpose, sha256, uploaded_at)
VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (paper_id) DO UPDATE
   SET round = EXCLUDED.round, purpose = EXCLUDED.purpose, sha256 = EXCLUDED.sha256,
       uploaded_at = EXCLUDED.uploaded_at;

-- name: upsert_paper_cleared
INSERT INTO papers (paper_id, request_id, cleared_at)
VALUES ($1, $2, $3)
    ON CONFLICT (paper_id) DO UPDATE SET cleared_at = EXCLUDED.cleared_at;

-- name: upsert_paper_quarantined
INSERT INTO papers (paper_id, request_id, quarantined_at)
VALUES ($1, $2, $3)
    ON CONFLICT (paper_id) DO UPDATE SET quarantined_at = EXCLUDED.quarantined_at;

-- name: find_proof
SELECT request_id, coalesce(round, 1) AS round, purpose, sha256, cleared_at IS NOT NULL AS cleared, quarantined_at IS NOT NULL AS quarantined
  FROM papers
 WHERE paper_id = $1;

-- name: list_proofs
-- Photos of a delivery in the present round, the newest first, without those that prove an earlier one.
SELECT p.paper_id, p.uploaded_at, p.cleared_at IS NOT NULL AS cleared, p.quarantined_at IS NOT NULL AS quarantined
  FROM papers AS p
  JOIN assignments AS a ON a.request_id = p.request_id AND a.round = coalesce(p.round, 1)
 WHERE p.request_id = $1 AND p.purpose = 'delivery_proof'
   AND NOT EXISTS (SELECT FROM deliveries AS d WHERE d.paper_id = p.paper_id)
 ORDER BY p.uploaded_at DESC, p.paper_id
 LIMIT $2;

-- name: lock_assignment
-- Of two who change an assignment at once the second one sees, by the next statement, what the first one did.
SELECT request_id FROM assignments WHERE request_id = $1 FOR UPDATE;

-- name: find_assignment
SELECT a.request_id, a.round, a.state, a.officer_id,
       coalesce(r.closed_at IS NOT NULL, false) AS closed,
       a.state = 'released' OR coalesce(r.cancelled_at IS NOT NULL, false) AS cancelled,
       coalesce(r.cancel_requested_round = a.round, false)
         AND a.cancel_answered_round IS DISTINCT FROM a.round AS cancel_pending
  FROM assignments AS a
  LEFT JOIN requests AS r ON r.request_id = a.request_id
 WHERE a.request_id = $1;

-- name: lock_open_of_left
-- Waits for whoever changes one of these at this moment: the next statement sees what he did.
SELECT a.request_id
  FROM assignments AS a
  JOIN officers AS o ON o.officer_id = a.officer_id AND o.left_at IS NOT NULL
 WHERE a.request_id IN (SELECT p.request_id FROM open_assignments AS p)
 ORDER BY a.changed_at, a.request_id
 LIMIT $1
   FOR UPDATE OF a;

-- name: list_open_of_left
-- Open requests, of these, that officers who left were asked to take or hold, the longest unchanged first.
SELECT a.request_id, a.round, a.state, r.kelurahan_code, r.rw,
       EXISTS (SELECT FROM declines AS d WHERE d.request_id = a.request_id AND d.round = a.round) AS declined
  FROM open_assignments AS a
  JOIN officers AS o ON o.officer_id = a.officer_id AND o.left_at IS NOT NULL
  JOIN requests AS r ON r.request_id = a.request_id
 WHERE a.request_id = ANY ($1::uuid[])
 ORDER BY a.changed_at, a.request_id;

-- name: upsert_offered
INSERT INTO assignments (request_id, round, state, officer_id, level, due_at, changed_at)
VALUES ($1, $2, 'offered', $3, $4, $5, $6)
    ON CONFLICT (request_id) DO UPDATE
   SET round = EXCLUDED.round, state = EXCLUDED.state, officer_id = EXCLUDED.officer_id, level = EXCLUDED.level,
       due_at = EXCLUDED.due_at, kelurahan_code = NULL, await_reason = NULL, coordinator_id = NULL,
       changed_at = EXCLUDED.changed_at;

-- name: upsert_awaited
INSERT INTO assignments (request_id, round, state, kelurahan_code, await_reason, coordinator_id, changed_at)
VALUES ($1, $2, 'awaited', $3, $4, $5, $6)
    ON CONFLICT (request_id) DO UPDATE
   SET round = EXCLUDED.round, state = EXCLUDED.state, officer_id = NULL, level = NULL, due_at = NULL,
       kelurahan_code = EXCLUDED.kelurahan_code, await_reason = EXCLUDED.await_reason,
       coordinator_id = EXCLUDED.coordinator_id, changed_at = EXCLUDED.changed_at;

-- name: update_accepted
UPDATE assignments SET state = 'accepted', officer_id = $2, due_at = NULL, changed_at = $3 WHERE request_id = $1;

-- name: update_declined
UPDATE assignments
   SET state = 'declined', officer_id = NULL, level = NULL, due_at = NULL, changed_at = $2
 WHERE request_id = $1;

-- name: update_released
UPDATE assignments
   SET state = 'released', officer_id = $2, level = NULL, due_at = NULL, kelurahan_code = NULL, await_reason = NULL,
       coordinator_id = NULL, cancel_answered_round = $3, changed_at = $4
 WHERE request_id = $1;

-- name: update_retained
UPDATE assignments SET cancel_answered_round = $2 WHERE request_id = $1;

-- name: upsert_decline
INSERT INTO declines (request_id, round, officer_id, reason, declined_at)
VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (request_id, round, officer_id) DO UPDATE
   SET reason = EXCLUDED.reason, declined_at = EXCLUDED.declined_at;

-- name: has_declined
SELECT EXISTS (SELECT FROM declines WHERE request_id = $1 AND round = $2 AND officer_id = $3);

-- name: list_assignments
SELECT r.request_id, r.round, r.state, r.due_at, r.changed_at, r.cancel_pending, r.tracking_no, r.documents,
       r.kelurahan_code, r.rw, r.rt, r.target_group, r.household_size, r.language, r.name, r.phone, r.address, r.note,
       r.visit_id, r.visit_at, r.made_at, r.missed_at, r.misses
  FROM open_requests AS r
 WHERE r.officer_id = $1 AND r.state = ANY ($2::text[]) AND (r.changed_at, r.request_id) > ($3, $4)
 ORDER BY r.changed_at, r.request_id
 LIMIT $5;

-- name: find_open_assignment
-- An open assignment as list_assignments gives it, for the officer who is asked or holds it.
SELECT r.request_id, r.round, r.state, r.due_at, r.changed_at, r.cancel_pending, r.tracking_no, r.documents,
       r.kelurahan_code, r.rw, r.rt, r.target_group, r.household_size, r.language, r.name, r.phone, r.address, r.note,
       r.visit_id, r.visit_at, r.made_at, r.missed_at, r.misses
  FROM open_requests AS r
 WHERE r.request_id = $1 AND r.officer_id = $2;

-- name: list_queue
SELECT r.request_id, r.round, r.await_reason, r.changed_at, r.cancel_pending, r.tracking_no, r.documents,
       r.kelurahan_code, r.rw, r.rt, r.target_group, r.household_size, r.language, r.name, r.phone, r.address, r.note,
       r.missed_at, r.misses
  FROM open_requests AS r
 WHERE r.state = 'awaited' AND r.queue = ANY ($1::text[]) AND (r.changed_at, r.request_id) > ($2, $3)
 ORDER BY r.changed_at, r.request_id
 LIMIT $4;

-- name: list_calls
-- Held requests whose latest visit was missed, the longest waiting first. A visit that is planned takes one off the list.
SELECT r.request_id, r.round, r.cancel_pending, r.tracking_no, r.documents, r.kelurahan_code, r.rw, r.rt,
       r.target_group, r.household_size, r.language, r.name, r.phone, r.address, r.note, r.missed_at, r.miss_reason,
       r.misses, o.name AS officer_name, o.phone AS officer_phone, o.on_duty
  FROM open_requests AS r
  JOIN officers AS o ON o.officer_id = r.officer_id AND o.left_at IS NULL
 WHERE r.state = 'accepted' AND r.misses >= $1 AND (r.missed_at, r.request_id) > ($2, $3)
 ORDER BY r.missed_at, r.request_id
 LIMIT $4;

-- name: replace_open_visit
UPDATE visits
   SET replaced_at = $2
 WHERE request_id = $1 AND made_at IS NULL AND replaced_at IS NULL AND missed_at IS NULL;

-- name: insert_visit
INSERT INTO visits (visit_id, request_id, round, officer_id, visit_at, scheduled_at) VALUES ($1, $2, $3, $4, $5, $6);

-- name: update_visit_made
UPDATE visits SET made_at = $2 WHERE visit_id = $1;

-- name: update_visit_missed
UPDATE visits SET missed_at = $3, miss_reason = $2 WHERE visit_id = $1;

-- name: find_visit
SELECT visit_id, request_id, visit_at, replaced_at, made_at, missed_at, miss_reason FROM visits WHERE visit_id = $1;

-- name: find_open_visit
SELECT visit_id, request_id, visit_at, replaced_at, made_at, missed_at, miss_reason
  FROM visits
 WHERE request_id = $1 AND made_at IS NULL AND replaced_at IS NULL AND missed_at IS NULL;

-- name: count_missed_visits
SELECT count(*) FROM visits WHERE request_id = $1 AND round = $2 AND missed_at IS NOT NULL;

-- name: has_visit_made
SELECT EXISTS (SELECT FROM visits WHERE request_id = $1 AND round = $2 AND made_at IS NOT NULL);

-- name: insert_delivery
INSERT INTO deliveries (delivery_id, request_id, officer_id, relation, paper_id, old_card_returned, completed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: insert_delivered_items
INSERT INTO delivered_items (item_id, request_id, delivery_id)
SELECT i, $2, $3 FROM unnest($1::uuid[]) AS x (i);

-- name: upsert_tried_items
INSERT INTO tried_items (item_id, request_id, tries, reason, failed_at)
SELECT DISTINCT i, $2::uuid, 1, $3::text, $4::timestamptz FROM unnest($1::uuid[]) AS x (i)
    ON CONFLICT (item_id) DO UPDATE
   SET tries = tried_items.tries + 1, reason = EXCLUDED.reason, failed_at = EXCLUDED.failed_at;

-- name: update_returned_items
UPDATE tried_items SET returned_at = $2 WHERE item_id = ANY ($1::uuid[]);
