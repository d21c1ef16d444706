"""One function per step of a request's life with intake; each changes its aggregate only by emitting facts."""
