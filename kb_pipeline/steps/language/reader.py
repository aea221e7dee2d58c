"""Reads the files of languages, each when it is first asked for and never again. The one place that knows where they lie."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, TypeVar, cast

import yaml
from pydantic import ValidationError

from kb_pipeline.errors import LanguageDataError
from kb_pipeline.steps.language.definition import Language
from kb_pipeline.steps.language.tags import primary

FOLDER: Traversable = files("kb_pipeline.steps.language") / "data"
_Item = TypeVar("_Item")
_UNKNOWN = Language()
_LONGEST = 8  # letters of a primary subtag (BCP 47)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A loader that takes no key twice: YAML would drop the first table, which would be dead and look alive."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys: set[str] = set()
        for key, _ in node.value:
            if str(key.value) in keys:
                raise yaml.MarkedYAMLError(problem=f"the key '{key.value}' stands twice", problem_mark=key.start_mark)
            keys.add(str(key.value))
        return cast("dict[Any, Any]", super().construct_mapping(node, deep=deep))


def read_language(text: str, name: str) -> Language:
    """The language of a file's text. Raises LanguageDataError, which names the file and the key."""
    try:
        return Language.model_validate(yaml.load(text, Loader=_Loader) or {}, strict=False)  # noqa: S506  a safe loader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{name}:{mark.line + 1}" if mark else name
        raise LanguageDataError(
            f"{where}: {getattr(error, 'problem', None) or error}", "mind indentation and quotes"
        ) from error
    except ValidationError as error:
        fault = error.errors()[0]
        key = ".".join(map(str, fault["loc"]))
        raise LanguageDataError(
            f"{name}: {key}: {fault['msg']}", _REMEDIES.get(fault["type"], "see other languages")
        ) from error


_REMEDIES = {
    "extra_forbidden": "the keys are those of steps/language/definition.py",
    "string_type": "put it into quotes: YAML takes yes, no, on and off for true and false, and 12:00 for a number",
}


@lru_cache(maxsize=256)
def language_of(tag: str) -> Language:
    """The language of a BCP-47 tag, whatever its region; one of which nothing is known where there is no file."""
    name = primary(tag)
    if not name.isalpha() or len(name) > _LONGEST:
        return _UNKNOWN
    file = FOLDER / f"{name}.yaml"
    return read_language(file.read_text("utf-8"), file.name) if file.is_file() else _UNKNOWN


@cache
def languages() -> Mapping[str, Language]:
    """Every language that has a file, by its primary subtag, in their order."""
    return {
        name: language_of(name) for name in sorted(file.name[:-5] for file in FOLDER.iterdir() if file.name.endswith(".yaml"))
    }


def everywhere(words_of: Callable[[Language], Iterable[_Item]]) -> tuple[_Item, ...]:
    """What all languages have, each once: for rules that no language's tag guides, as texts are mixed."""
    return tuple(dict.fromkeys(item for language in languages().values() for item in words_of(language)))
