"""The settings, read once from the environment (`KB_*`) and `.env`. Only bootstrap and assets/definitions see them."""

from pathlib import Path

import platformdirs
from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every setting, with its default and meaning; `docs/settings.md` is generated from here."""

    model_config = SettingsConfigDict(env_prefix="KB_", env_file=".env", extra="ignore", frozen=True, populate_by_name=True)

    home: Path = Field(Path("var"), description="Where all state lives. Two homes never touch each other.")
    database_url: str = Field("", description="SQLAlchemy URL of the store; empty: SQLite in `KB_HOME/kb.sqlite3`.")
    source_dir: Path = Field(Path("kb_source"), description="Folder of the source articles, one sub-folder per language.")
    locales_dir: Path = Field(Path("locales"), description="Folder of the market packs, one sub-folder per market.")
    source_languages: tuple[str, ...] = Field(
        ("en", "zh-CN"), description="Languages that articles are written in (JSON list)."
    )
    model_dir: Path = Field(
        Path(platformdirs.user_cache_dir("kb-pipeline")) / "models", description="Per-user cache of the embedded models."
    )
    llm_model: str = Field("embedded", description="Model name; `embedded` runs the fetched model on this machine.")
    llm_base_url: str = Field(
        "",
        validation_alias=AliasChoices("KB_LLM_BASE_URL", "OPENAI_BASE_URL"),
        description="OpenAI-compatible endpoint (also `OPENAI_BASE_URL`); empty: the client's default. Unused when embedded.",
    )
    llm_api_key: SecretStr = Field(
        SecretStr(""),
        validation_alias=AliasChoices("KB_LLM_API_KEY", "OPENAI_API_KEY"),
        description="Key of that endpoint (also `OPENAI_API_KEY`). Unused when embedded.",
    )
    llm_parallel: int = Field(4, ge=1, le=64, description="Model calls in flight at once; the embedded server's slots.")
    llm_threads: int = Field(2, ge=1, description="CPU threads of the embedded language model.")
    llm_timeout: float = Field(600.0, gt=0, description="Seconds that one model call may take.")
    llm_repairs: int = Field(1, ge=0, le=3, description="Repair rounds that findings may cost per localized text.")
    embedding_model: str = Field(
        "embedded", description="sentence-transformers model name or path; `embedded`: multilingual-e5-small, ONNX int8."
    )
    embedding_threads: int = Field(2, ge=1, description="CPU threads of the embedder.")
    chunk_tokens: int = Field(320, ge=64, le=480, description="Token budget of a chunk.")
    max_article_bytes: int = Field(2_000_000, ge=1_000, description="Larger files are quarantined.")
    log_level: str = Field("WARNING", description="Level of the logs on stderr.")

    @property
    def store_url(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite:///{(self.home / 'kb.sqlite3').resolve()}"
