"""Budgets: so many at once, and so many a second."""

from __future__ import annotations

import time


class Bucket:
    """Holds what may be said at once, and fills up with time."""

    def __init__(self, burst: float, a_second: float) -> None:
        self._burst = burst
        self._rate = a_second
        self._room = burst
        self._at = time.monotonic()

    def take(self) -> bool:
        """Takes one; false where there is none."""
        self._fill()
        if self._room < 1:
            return False
        self._room -= 1
        return True

    def wait(self) -> float:
        """How long until there is one."""
        self._fill()
        return max(0.0, (1 - self._room) / self._rate)

    def _fill(self) -> None:
        now = time.monotonic()
        self._room = min(self._burst, self._room + (now - self._at) * self._rate)
        self._at = now
