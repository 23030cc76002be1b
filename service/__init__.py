"""Vestibule's service: the core, its use cases, their adapters, the web and the command line."""
