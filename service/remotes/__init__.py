"""Others that are asked about a comment before the checks run: name servers and remote checks.

None of them is told an e-mail address: name servers see its domain, remote checks nothing of it.
"""
