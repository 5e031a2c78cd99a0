"""`python -m bot` in a checkout is `tirek`."""

from bot.cli import main

if __name__ == "__main__":
    main()
