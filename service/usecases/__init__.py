"""What the service does, one verb a module. Use cases see `core.ports`, never an adapter."""
