"""Moving comments in from elsewhere, and out again."""
