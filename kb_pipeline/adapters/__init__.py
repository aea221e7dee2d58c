"""What implements the ports, by role: files, SQL, Chroma, models. One vendor each; its errors become ours here."""
