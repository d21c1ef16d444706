"""Places, clocks and the states of an assignment: pure, without input or output."""
