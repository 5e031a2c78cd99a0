"""The detector: an HTTP service that scores speech; knows nothing of the bot."""
