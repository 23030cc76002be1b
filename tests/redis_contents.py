"""Everything that stands in a Redis, for tests that look for what must not be there."""

from typing import Any

from redis import Redis


def contents(connection: Redis) -> dict[bytes, Any]:
    """Every key with its value, whatever its type."""
    found = {}
    for key in connection.scan_iter(count=1000):
        match connection.type(key):
            case b"string":
                found[key] = connection.get(key)
            case b"list":
                found[key] = connection.lrange(key, 0, -1)
            case b"set":
                found[key] = connection.smembers(key)
            case b"zset":
                found[key] = connection.zrange(key, 0, -1, withscores=True)
            case b"hash":
                found[key] = connection.hgetall(key)
            case b"stream":
                found[key] = connection.xrange(key)
            case b"none":  # it has just expired
                continue
            case other:
                raise AssertionError(f"a value of an unforeseen type: {other!r}")
    return found
