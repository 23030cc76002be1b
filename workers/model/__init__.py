"""The models: what they are made from, how, and how they read."""
