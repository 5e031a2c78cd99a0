"""Stronger models that an operator installs: their registry, download, conversion, calibration and use."""
