"""The translation memory of a market: opening it, and taking in pairs that people translated elsewhere."""

from collections.abc import Iterable
from datetime import date

from kb_pipeline.domain.accounts import Role, User
from kb_pipeline.domain.base import Value
from kb_pipeline.domain.markets import Market
from kb_pipeline.domain.translation_memory import MemoryUnit
from kb_pipeline.errors import ForbiddenError
from kb_pipeline.ports.translation_memory import MemoryPairs, MemoryStore
from kb_pipeline.services.language.qa import CheckedBlock, check_blocks
from kb_pipeline.steps.localize.translation_memory import TranslationMemory, units_of


class MemoryImport(Value):
    """What became of a file's blocks: each is new, known already, or refused with its findings."""

    read: int
    new: int  # kept now; in a trial, those that would be
    refused: tuple[CheckedBlock, ...]

    @property
    def known(self) -> int:
        """Blocks that the memory has, or that the file has twice."""
        return self.read - self.new - len(self.refused)


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

    Those with a critical finding are refused. Raises ForbiddenError unless the person is a reviewer of the market.
    """
    if not person.may(Role.REVIEWER, market.tag):
        raise ForbiddenError(
            f"'{person.name}' may not decide in {market.tag}",
            f"let a reviewer of the market do it: kb user add NAME --role reviewer --market {market.tag}",
        )
    read, refused, units = 0, list[CheckedBlock](), dict[str, MemoryUnit]()
    for block in check_blocks(blocks, source_language, market, day):
        read += 1
        if block.is_critical:
            refused.append(block)
            continue
        unit = MemoryUnit(
            source=block.source,
            target=block.target,
            source_language=source_language,
            market=market.tag,
            origin=origin,
            actor=person.name,
        )
        units[unit.id] = unit
    if dry_run:
        new = len(units.keys() - {unit.id for unit in store.memory_units(market.tag)})
    else:
        new = store.save_memory_units(tuple(units.values()), person.name)
    return MemoryImport(read=read, new=new, refused=tuple(refused))
