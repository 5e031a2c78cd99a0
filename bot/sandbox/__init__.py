"""The sandbox: a local Telegram, its clock and its chat page; knows nothing of the bot."""
