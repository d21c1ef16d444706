-- What went to officers who left is found by their messages.

-- depends: 0002_officers_left

CREATE INDEX messages_of_recipient ON messages (recipient_id) WHERE recipient_id IS NOT NULL;
