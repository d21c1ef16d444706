-- For the job that deletes uploads which have come to their end.
CREATE INDEX uploads_settled ON uploads (created_at) WHERE state IN ('checked', 'expired');
