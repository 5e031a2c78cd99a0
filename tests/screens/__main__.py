"""Write the golden texts anew: the tests themselves do it, when told to."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.screens.test_golden import WRITE

if __name__ == "__main__":
    os.environ[WRITE] = "1"
    sys.exit(pytest.main(["-q", str(Path(__file__).parent)]))
