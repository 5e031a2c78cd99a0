"""Everything that runs, and can be read and tested, without Telegram."""
