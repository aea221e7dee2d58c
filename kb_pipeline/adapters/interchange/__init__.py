"""Files of other tools, in and out: TMX, XLIFF, PO, TBX, CSV, JSONL."""
