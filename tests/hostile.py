"""An encoding's length function that does in a worker what hostile text might, told by the text's first word."""

from __future__ import annotations

import os
import signal
import time

from pricing.errors import NotCountable


def lengths(_encoding):
    """As `Counter.lengths`: characters are tokens."""
    return length


def length(text):
    """The number of characters, unless the text begins with a deed."""
    deed = text[:8].partition(".")[0]
    if deed == "sleep":
        time.sleep(60)
    if deed == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if deed == "hoard":
        return len([bytearray(2_000_000_000)])
    if deed == "refuse":
        raise NotCountable("a run of over 65536 characters", value={"offset": 0})
    if deed == "fail":
        raise ZeroDivisionError(text)
    return len(text)
