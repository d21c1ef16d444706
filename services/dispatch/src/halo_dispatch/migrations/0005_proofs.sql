-- An officer's page offers the photos of a delivery that may prove it.

-- depends: 0004_everyday

CREATE INDEX proofs_of_request ON papers (request_id, uploaded_at) WHERE purpose = 'delivery_proof';
CREATE INDEX deliveries_of_paper ON deliveries (paper_id);
