"""Rhythm: plans, slots, reminders, streaks."""
