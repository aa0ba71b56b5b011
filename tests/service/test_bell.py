"""The bell that wakes the daemon."""

from __future__ import annotations

import signal
import threading

from service.daemon.bell import Bell


def test_a_ring_before_the_wait_ends_it_at_once() -> None:
    """What happens while the daemon works would be seen only at the next sweep."""
    bell = Bell()
    bell.ring()
    bell.ring()
    bell.wait(None)


def test_a_signal_handler_may_ring_whatever_it_interrupts() -> None:
    """Ctrl-C at the wrong moment hung the daemon for ever."""
    bell = Bell()
    rung = 0

    def ring(_number: int, _frame: object) -> None:
        nonlocal rung
        rung += 1
        bell.ring()

    before = signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.0005)
        while rung < 200:
            bell.ring()
            bell.wait(0.01)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_threads_may_ring() -> None:
    """Events and finished batches come from threads of their own."""
    bell = Bell()
    threads = [threading.Thread(target=bell.ring) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    bell.wait(None)
