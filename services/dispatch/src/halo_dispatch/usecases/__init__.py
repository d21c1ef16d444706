"""One function per step of the life that dispatch serves; each changes its aggregate only by emitting facts."""
