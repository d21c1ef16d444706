-- An open request as the lists show it: an officer's, the coordinator's queue, the call desk's. `queue` is the kelurahan
-- in whose queue it waits, and null where it waits in none.

-- depends: 0007_officers_tasks

DROP VIEW officers_tasks;

CREATE VIEW open_requests AS
SELECT a.officer_id, a.request_id, a.round, a.state, a.due_at, a.changed_at, a.cancel_pending, a.await_reason,
       a.kelurahan_code AS queue, r.tracking_no, r.documents, r.kelurahan_code, r.rw, r.rt, r.target_group,
       r.household_size, r.language, r.name, r.phone, r.address, r.note, v.visit_id, v.visit_at, v.made_at, v.missed_at,
       v.miss_reason, m.misses
  FROM open_assignments AS a
  JOIN requests AS r ON r.request_id = a.request_id
  LEFT JOIN LATERAL (
           SELECT w.visit_id, w.visit_at, w.made_at, w.missed_at, w.miss_reason
             FROM visits AS w
            WHERE w.request_id = a.request_id AND w.round = a.round AND w.replaced_at IS NULL
            ORDER BY w.scheduled_at DESC, w.visit_id
            LIMIT 1) AS v ON true
 CROSS JOIN LATERAL (
           SELECT count(*) AS misses
             FROM visits AS w
            WHERE w.request_id = a.request_id AND w.round = a.round AND w.missed_at IS NOT NULL) AS m;
