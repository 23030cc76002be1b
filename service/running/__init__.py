"""Running an installation on one machine: first start, supervision, the embedded Redis."""
