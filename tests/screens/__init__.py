"""Golden texts of the screens: what a person reads in each state, in three languages, to be read by eye.

`python -m tests.screens` writes them anew; the change is then seen as a difference of texts.
"""
