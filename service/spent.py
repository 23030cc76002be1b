"""Which proofs of work were handed in, in Redis. Adapter for `core.proofs.SpentProofs`.

The marks live as long as the tasks. With a Redis that was emptied they are gone, and so is the
epoch under which they were made: tasks of before then count no more, rather than twice.
"""

import secrets
from typing import cast

from service.queue import RedisGate

EPOCH_KEY = "vestibule:proof:epoch"
MARK_PREFIX = "vestibule:proof:spent:"

# In one step, so that no flush comes between the look at the epoch and the mark.
_SPEND = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if redis.call('SET', KEYS[2], '1', 'NX', 'EX', ARGV[2]) then return 1 end
return 0
"""


class RedisSpentProofs:
    def __init__(self, gate: RedisGate) -> None:
        self._gate = gate
        self._redis = gate.connection
        self._spend = gate.connection.register_script(_SPEND)

    def epoch(self) -> str | None:
        return self._gate.call(self._epoch)

    def _epoch(self) -> str:
        self._redis.set(EPOCH_KEY, secrets.token_hex(8), nx=True)
        found = cast("bytes | None", self._redis.get(EPOCH_KEY))
        # Whoever can write to Redis could put anything there; what is no epoch fits no task.
        return (found or b"").decode("ascii", "replace")

    def spend(self, epoch: str, name: str, *, seconds: int) -> bool | None:
        keys, args = [EPOCH_KEY, MARK_PREFIX + name], [epoch, str(seconds)]
        done = self._gate.call(lambda: cast("int", self._spend(keys=keys, args=args)))
        return None if done is None else bool(done)
