"""Stop a run on Ctrl+C and SIGTERM: at the end of what cannot be interrupted, or soon in any case.

What a signal interrupts is rolled back, so a run may end anywhere. Dagster sets handlers of its own while a
job runs, and what is interrupted in a library becomes its error; so the signals are received beside both.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from ccds_pipeline.errors import Stopped

_SECONDS = 8.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """``number`` is that of the signal that wants the run to end; 0 while none does."""

    number = 0

    def interrupt(self, number: int, frame: FrameType | None) -> NoReturn:
        """Note the signal and interrupt: the thread that watches may note it only after that."""
        del frame
        self.number = number
        raise KeyboardInterrupt


@contextmanager
def stop_on_signals() -> Iterator[Stop]:
    """Note signals until the block ends; end the process where the block does not end soon after one."""
    stop = Stop()
    receiver, sender = os.pipe()
    os.set_blocking(sender, False)
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    for number in _SIGNALS:
        signal.signal(number, stop.interrupt)
    earlier = signal.set_wakeup_fd(sender)
    threading.Thread(target=_watch, args=(receiver, stop), daemon=True).start()
    try:
        yield stop
    except KeyboardInterrupt:
        raise Stopped(stop.number or signal.SIGINT) from None
    finally:
        signal.set_wakeup_fd(earlier)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(sender)


def _watch(receiver: int, stop: Stop) -> None:
    """Take the first signal that arrives; nothing arrives once the block has ended."""
    received = os.read(receiver, 1)
    if received:
        stop.number = received[0]
        time.sleep(_SECONDS)
        os._exit(128 + stop.number)
