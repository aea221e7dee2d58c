"""The lexical half of a release's index: BM25 over words that come segmented, in one SQLite file (FTS5).

A word is only ever quoted, so nothing that a customer writes is FTS syntax.
"""

import sqlite3
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from kb_pipeline.domain.findings import TextPart
from kb_pipeline.domain.index import Found, IndexText
from kb_pipeline.errors import ReleaseError

# Combining marks are parts of words: without `M*` a Thai word would be cut at its vowels and found by its pieces.
_CREATE = """
create virtual table entries using fts5(
  entry_id unindexed, question, phrasings, answer, tokenize="unicode61 remove_diacritics 0 categories 'L* N* Co M*'"
)"""
_COLUMNS = (TextPart.QUESTION, TextPart.PHRASING, TextPart.ANSWER)
_FIND = "select entry_id, -bm25(entries, 0, 6, 6, 1) from entries where entries match ? order by 2 desc, entry_id limit ?"


def write_lexical(path: Path, texts: Iterable[IndexText]) -> int:
    """Write the file, one row an entry; how many. There must be no such file yet."""
    rows: dict[str, dict[TextPart, list[str]]] = {}
    for text in texts:
        rows.setdefault(text.entry_id, {}).setdefault(text.part, []).extend(text.words)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(_CREATE)
        cells = ((id_, *(" ".join(parts.get(part, ())) for part in _COLUMNS)) for id_, parts in rows.items())
        database.executemany("insert into entries values (?, ?, ?, ?)", cells)
    return len(rows)


class LexicalIndex:
    """The file, opened read-only. Thread-safe: a connection serves one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        self._idle = deque[sqlite3.Connection]()

    def find(self, words: Sequence[str], k: int) -> list[Found]:
        """The `k` best entries by BM25 over any of `words`, best first. Raises ReleaseError."""
        if not words or k < 1:
            return []
        wanted = " OR ".join('"{}"'.format(word.replace('"', '""').replace("\0", " ")) for word in dict.fromkeys(words))
        with self._connection() as database:
            return [Found(entry_id=id_, score=score) for id_, score in database.execute(_FIND, (wanted, k))]

    def count(self) -> int:
        """How many entries. Raises ReleaseError."""
        with self._connection() as database:
            return int(database.execute("select count(*) from entries").fetchone()[0])

    def close(self) -> None:
        """Let the file go."""
        while self._idle:
            self._idle.pop().close()

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            database = self._idle.pop()
        except IndexError:
            database = self._open()
        try:
            yield database
        except sqlite3.Error as error:
            raise _damaged(error) from error
        finally:
            self._idle.append(database)

    def _open(self) -> sqlite3.Connection:
        try:
            return sqlite3.connect(self._address, uri=True, check_same_thread=False)
        except sqlite3.Error as error:
            raise _damaged(error) from error


def _damaged(error: sqlite3.Error) -> ReleaseError:
    return ReleaseError(f"the lexical index cannot be read: {error}", "it is made anew by: kb release publish")
