"""What is always true of a home, I1 to I10, also after a kill. `kb doctor --deep` and the crash tests ask the same function."""
