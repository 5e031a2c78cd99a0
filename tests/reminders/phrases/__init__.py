"""Tests of the phrase grammar, with golden files of three languages."""
