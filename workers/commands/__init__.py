"""Commands that read JSON Lines and need no installation: score, evaluate, train."""
