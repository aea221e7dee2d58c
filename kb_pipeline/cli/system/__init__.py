"""`kb init`, `kb up`, `kb check`, `kb import`, `kb models`, `kb backup`, `kb restore`, `kb audit`: running it."""
