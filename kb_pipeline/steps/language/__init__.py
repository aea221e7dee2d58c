"""What a language is made of: its tag, its words and their forms, where its sentences end, how it denies. No I/O."""
