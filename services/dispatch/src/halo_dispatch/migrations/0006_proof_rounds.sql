-- A photo proves a delivery of its own round alone. Papers that
-- were told of before this know no round: they count for the first.

-- depends: 0005_proofs

ALTER TABLE papers ADD COLUMN round int;
