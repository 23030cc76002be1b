"""The web door: Flask. It turns requests into calls of use cases and their results into answers."""
