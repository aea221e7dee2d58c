"""Embed the chunks, so that their vectors are cached before anything asks for them."""

from itertools import islice

from kb_pipeline.ports import Embedder, Store

_BATCH = 256  # chunks held at once, so that memory does not grow with the corpus


def embed_chunks(store: Store, embedder: Embedder) -> int:
    """Make sure that every chunk has its vector; how many chunks there are. Cached vectors cost nothing."""
    chunks, count = iter(store.chunks()), 0
    while batch := [c.text for c in islice(chunks, _BATCH)]:
        embedder.embed(batch, "passage")
        count += len(batch)
    return count
