"""The commands behind `vestibule`, loaded one at a time by `service.cli`."""
