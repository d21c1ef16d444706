"""What intake knows without asking anybody: pure values and rules."""
