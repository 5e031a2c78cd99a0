"""How a typed phrase becomes a plan: words of three languages, then times, days and dates, then the whole."""
