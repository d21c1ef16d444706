-- Folded from halopamor.dispatch.officer.v1: who is in the register, and who left it. No name and no number of theirs.
CREATE TABLE officers (
  officer_id uuid PRIMARY KEY,
  left_at timestamptz
);
