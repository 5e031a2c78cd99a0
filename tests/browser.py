"""Make sure there is a browser for the page's tests: the system's Chromium, or else Playwright's own download.

`python -m tests.browser` runs before the tests; without any browser the page's tests are skipped with a loud line.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@cache
def path() -> str | None:
    """The browser's executable, or None when there is none."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def main() -> None:
    if path() is not None:
        return
    path.cache_clear()
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False, timeout=600)
    if path() is None:
        sys.stderr.write("\n*** NO BROWSER: the page is NOT tested. Install Chromium to test it. ***\n\n")


if __name__ == "__main__":
    main()
