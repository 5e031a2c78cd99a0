"""Training of the embedded detector: `python -m bot.detector.training AUDIO_DIR` (extra `train`)."""
