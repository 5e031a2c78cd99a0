"""Answers from a cited knowledge base."""
