"""What a person types or presses, turned into one service call and an answer. The only code that imports aiogram."""

APPLICATION = "tirek"  # bot/run.py looks for this: another distribution's `handlers` may lie in site-packages
