"""The domain: what a comment is, which states it may take, and how signals become a verdict.

Pure and standard library only. Nothing here reads a clock, a file but its own policy, a socket or
the environment; whatever moves comes in as an argument.
"""
