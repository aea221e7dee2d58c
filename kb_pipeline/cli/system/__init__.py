"""`kb init`, `kb up`, `kb check`, `kb models`, `kb backup`, `kb restore`, `kb audit`: running it."""
