"""The settings, read from the environment (`KB_*`) and `.env` by whatever starts a process; bootstrap takes from them."""

import json
from pathlib import Path

import platformdirs
from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from kb_pipeline.domain.calls import Asks
from kb_pipeline.domain.privacy import DataKind, Handling


class Settings(BaseSettings):
    """Every setting, with its default and meaning; `docs/settings.md` is generated from here."""

    model_config = SettingsConfigDict(
        env_prefix="KB_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, populate_by_name=True
    )

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
    llm_asks: Asks | None = Field(
        None,
        description="How the model is asked to localize: `whole_faq` (one call, JSON) or `sentence` (a call a sentence, plain "
        "text, for small models); empty: as is known of the model (`sentence` for the embedded one, else `whole_faq`).",
    )
    llm_parallel: int = Field(4, ge=1, le=64, description="Model calls in flight at once; the embedded server's slots.")
    llm_threads: int = Field(2, ge=1, description="CPU threads of the embedded language model.")
    llm_timeout: float = Field(600.0, gt=0, description="Seconds that one try of a model call may take.")
    llm_deadline: float = Field(900.0, gt=0, description="Seconds that one model call may take with all its tries.")
    llm_repairs: int = Field(1, ge=0, le=3, description="Repair rounds that findings may cost per localized text.")
    llm_prompt_price: float | None = Field(
        None, ge=0, description="US dollars per million tokens of prompts; empty: as `prices.csv` says, if it knows the model."
    )
    llm_completion_price: float | None = Field(
        None, ge=0, description="US dollars per million tokens of answers. Set both prices or neither."
    )
    run_tokens: int | None = Field(
        None, ge=1, description="Tokens that one run may take of the model; empty: no cap. It ends then, with what it has."
    )
    run_cost: float | None = Field(
        None, gt=0, description="US dollars that one run may cost; empty: no cap. The model's price must be known."
    )
    batch_pause: float = Field(
        30.0, gt=0, le=3600, description="Seconds between two looks at a batch that `kb run --batch` sent."
    )
    lease_seconds: float = Field(
        20.0, ge=2, le=600, description="Seconds after which a run takes over the model calls that a killed run had in hand."
    )
    embedding_model: str = Field(
        "embedded", description="sentence-transformers model name or path; `embedded`: multilingual-e5-small, ONNX int8."
    )
    embedding_threads: int = Field(2, ge=1, description="CPU threads of the embedder.")
    chunk_tokens: int = Field(320, ge=64, le=480, description="Token budget of a chunk.")
    private_data: dict[DataKind, Handling] = Field(
        default_factory=dict,
        description="What becomes of an article that holds secrets or personal data, by kind (JSON, e.g. "
        '`{"phone": "allow", "password": "mask"}`): `mask`, `hold` (quarantined) or `allow`. Kinds: `email`, `phone`, `card`, '
        "`national-id`, `passport`, `bank-account` (masked by default), `api-key`, `private-key`, `password` (held).",
    )
    max_article_bytes: int = Field(2_000_000, ge=1_000, description="Larger files are quarantined.")
    host: str = Field("127.0.0.1", description="Address that the API, the review page and Dagster listen on.")
    trusted_proxies: str = Field(
        "127.0.0.1, ::1",
        description="Addresses and networks of proxies, e.g. `127.0.0.1, 10.0.0.0/8`: what they say in `X-Forwarded-For` is "
        "believed, read from the right up to the first that is not listed. Empty: nobody is believed.",
    )
    api_port: int = Field(8000, ge=1, le=65535, description="Port of the retrieval API.")
    review_port: int = Field(8001, ge=1, le=65535, description="Port of the review page.")
    dagster_port: int = Field(3000, ge=1, le=65535, description="Port of Dagster's page.")
    chroma_url: str = Field(
        "", description="Chroma server of the indexes, e.g. `http://chroma:8000`; empty: in `KB_HOME/releases`."
    )
    releases_kept: int = Field(3, ge=1, description="Superseded releases per market whose index stays for an instant rollback.")
    release_grace: float = Field(600.0, ge=0, description="Seconds that a superseded release's index stays at least.")
    golden_margin: float = Field(
        0.05, ge=0, le=1, description="How much worse (MRR) a release may find the golden queries than the live one."
    )
    probe_url: str = Field(
        "",
        description="Base URL of the API: publishing asks it whether it follows, and rolls back if not.",
    )
    answer_confidence: float = Field(0.5, ge=0, le=1, description="Below this confidence the API abstains.")
    rate_limit: str = Field("600/minute", description="Requests that one API key may make.")
    offline_hours: float = Field(
        24.0,
        ge=0.01,
        description="Hours for which the API goes on answering, from what it has read, while the database is away.",
    )
    query_log_days: int = Field(90, ge=0, description="Days that the redacted query log is kept.")
    session_hours: float = Field(12.0, gt=0, description="Hours after which the review page asks for the password again.")
    secure_cookies: bool = Field(
        False, description="Cookies for HTTPS only (`__Host-`); switch on wherever the review page is not on localhost."
    )
    audit_key: SecretStr = Field(
        SecretStr(""), description="Keys of the audit trail, the last one in use; empty: those of `KB_AUDIT_KEY_FILE`."
    )
    audit_key_file: Path | None = Field(
        None, description="File with the keys of the audit trail, made when there is none; empty: `KB_HOME/audit.key`."
    )
    audit_anchor: str = Field(
        "", description="File that the audit trail's head is added to; empty: `KB_HOME/audit.anchor`; `off`: none."
    )
    failpoint: str = Field(
        "",
        description="For crash tests: the process kills itself at this point, e.g. `publish.before_flip` or, the third time, "
        "`save_call.after_commit:3`; `trace:FILE` writes down which points there are.",
    )
    log_level: str = Field("WARNING", description="Level of the logs on stderr.")

    @property
    def store_url(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite:///{(self.home / 'kb.sqlite3').resolve()}"

    def environment(self) -> dict[str, str]:
        """The settings as environment variables, for a child process; without the keys, which it inherits."""
        left = {"llm_api_key", "audit_key", "source_languages", "private_data"}
        values = self.model_dump(mode="json", exclude=left, exclude_none=True)
        environment = {f"KB_{name.upper()}": str(value) for name, value in values.items()}
        listed = {"KB_SOURCE_LANGUAGES": self.source_languages, "KB_PRIVATE_DATA": self.private_data}
        return environment | {name: json.dumps(value) for name, value in listed.items()}
