"""The translation memory of a market: opening it, and taking in pairs that people translated elsewhere."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from kb_pipeline.domain.accounts import Role, User
from kb_pipeline.domain.base import Value
from kb_pipeline.domain.markets import Market
from kb_pipeline.domain.translation_memory import MemoryUnit
from kb_pipeline.errors import ForbiddenError
from kb_pipeline.ports.translation_memory import MemoryPairs, MemoryStore
from kb_pipeline.services.language.qa import CheckedBlock, check_blocks
from kb_pipeline.steps.localize.translation_memory import TranslationMemory, units_of

RUN = 1_000  # units that are kept in one transaction, with one audit event
SHOWN = 1_000  # refused blocks that a report shows


class MemoryImport(Value):
    """What became of a file's blocks: each is new, known already, or refused with its findings."""

    read: int
    new: int  # kept now; in a trial, those that would be
    refused: tuple[CheckedBlock, ...]  # the first of them, as many as a person can look at
    refusals: int  # all of them

    @property
    def known(self) -> int:
        """Blocks that the memory has, or that the file has twice."""
        return self.read - self.new - self.refusals


def open_memory(store: MemoryPairs, market: str) -> TranslationMemory:
    """The memory of `market`: its imported pairs, and all that people approved here."""
    return TranslationMemory((*store.memory_units(market), *units_of(store.approved_pairs(market))))


def import_units(
    blocks: Iterable[tuple[str, str, str]],
    source_language: str,
    market: Market,
    store: MemoryStore,
    *,
    person: User,
    origin: str,
    day: date,
    dry_run: bool = False,
) -> MemoryImport:
    """Keep blocks of (source, target, place) from the file `origin` in the name of `person`, who vouches for them.

    Those with a critical finding are refused. What is kept is written in runs of `RUN`: the memory that this takes does not
    grow with the file, and whoever is stopped, or meets a broken line, goes on later: what is known is not kept twice.
    Raises ForbiddenError unless the person is a reviewer of the market, and what reading `blocks` raises.
    """
    if not person.may(Role.REVIEWER, market.tag):
        raise ForbiddenError(
            f"'{person.name}' may not decide in {market.tag}",
            f"let a reviewer of the market do it: kb user add NAME --role reviewer --market {market.tag}",
        )
    intake = _Intake(_would_be_new(store) if dry_run else lambda units: store.save_memory_units(units, person.name))
    for block in check_blocks(blocks, source_language, market, day):
        intake.take(
            block,
            MemoryUnit(
                source=block.source,
                target=block.target,
                source_language=source_language,
                market=market.tag,
                origin=origin,
                actor=person.name,
            ),
        )
    return intake.result()


class _Intake:
    """Counts what comes in, and keeps it run by run."""

    def __init__(self, keep: Callable[[Sequence[MemoryUnit]], int]) -> None:
        self._keep = keep
        self._waiting: dict[str, MemoryUnit] = {}
        self._refused: list[CheckedBlock] = []
        self._read = self._new = self._refusals = 0

    def take(self, block: CheckedBlock, unit: MemoryUnit) -> None:
        """One checked block, as the unit that it would be."""
        self._read += 1
        if block.is_critical:
            self._refusals += 1
            if self._refusals <= SHOWN:
                self._refused.append(block)
            return
        self._waiting[unit.id] = unit
        if len(self._waiting) == RUN:
            self._write()

    def result(self) -> MemoryImport:
        """What became of all, once the rest is kept."""
        self._write()
        return MemoryImport(read=self._read, new=self._new, refused=tuple(self._refused), refusals=self._refusals)

    def _write(self) -> None:
        if self._waiting:
            self._new += self._keep(tuple(self._waiting.values()))
            self._waiting.clear()


def _would_be_new(store: MemoryStore) -> Callable[[Sequence[MemoryUnit]], int]:
    """Counts what the store would keep; of what was counted only the ids stay in memory."""
    counted = set[str]()

    def count(units: Sequence[MemoryUnit]) -> int:
        ids = {unit.id for unit in units} - counted
        new = ids - store.known_memory_units(tuple(ids))
        counted.update(new)
        return len(new)

    return count
