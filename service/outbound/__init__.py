"""The one way out: a guarded HTTP client for addresses that people outside have a say in."""

from service.outbound.addresses import Reach
from service.outbound.client import GuardedClient

__all__ = ["GuardedClient", "Reach"]
