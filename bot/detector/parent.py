"""Ending with one's parent: the service as a child of the bot must not outlive it, however it ends."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Callable

import uvicorn

log = logging.getLogger(__name__)


def when(wait: Callable[[], None], server: uvicorn.Server) -> None:
    """Stop the server once `wait` returns; if it has not stopped after 15 seconds, end the process."""

    def watch() -> None:
        wait()
        log.info("the parent is gone, stopping")
        server.should_exit = True
        time.sleep(15)
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="parent-watch").start()


def wait_for_stdin() -> None:
    while sys.stdin.buffer.read(4096):
        pass


def wait_for_process(pid: int) -> None:
    """Return when the process is gone."""
    if sys.platform == "win32":
        import ctypes

        synchronize, forever = 0x00100000, 0xFFFFFFFF
        handle = ctypes.windll.kernel32.OpenProcess(synchronize, False, pid)
        if handle:
            ctypes.windll.kernel32.WaitForSingleObject(handle, forever)
        return
    is_ours = os.getppid() == pid  # then a change tells at once, even while the dead parent is not collected
    while True:
        if is_ours and os.getppid() != pid:
            return
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        except PermissionError:
            pass  # alive, and somebody else's
        time.sleep(0.5)
