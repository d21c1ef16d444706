-- Folded from halopamor.intake.request.v1: the round in which the resident asked last to cancel. What was asked before this
-- column is not known here until the tables are rebuilt.
ALTER TABLE requests ADD COLUMN cancel_round smallint;
