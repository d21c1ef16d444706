"""What every service needs around its rooms."""
