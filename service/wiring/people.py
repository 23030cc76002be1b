"""Puts together what concerns the people at the desk and the record of what they do."""

from service.usecases.audit import Audit
from service.wiring.parts import Parts


def build_audit(parts: Parts) -> Audit:
    return Audit(parts.store, parts.vault, parts.clock)
