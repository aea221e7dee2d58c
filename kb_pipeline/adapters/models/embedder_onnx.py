"""The embedded embedder as a sentence-transformers input module: an ONNX Runtime session in place of torch weights.

Importing it imports torch. Pooling and normalization are sentence-transformers' own modules.
"""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import InputModule
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from tokenizers import Tokenizer

FILES = ("model.onnx", "tokenizer.json")


class OnnxEncoder(InputModule):  # type: ignore[misc]  # the base is untyped
    """Texts -> token embeddings, by `model.onnx` and `tokenizer.json` of `folder`."""

    def __init__(self, folder: Path, max_tokens: int, threads: int) -> None:
        super().__init__()
        self.folder = folder
        self.max_seq_length = max_tokens
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(max_tokens)
        self.tokenizer.enable_padding(pad_id=self.tokenizer.token_to_id("<pad>"), pad_token="<pad>")  # noqa: S106 - a token's name
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry(
            "session.intra_op.allow_spinning", "0"
        )  # two spinning threads cost 30 x on a busy machine
        self.session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])

    def preprocess(self, inputs: Sequence[str], prompt: str | None = None, **_: Any) -> dict[str, Any]:  # noqa: ANN401
        """Token ids and attention mask, both (texts, tokens) int64, padded to the longest."""
        encoded = self.tokenizer.encode_batch([(prompt or "") + text for text in inputs])
        return {
            "input_ids": torch.tensor([e.ids for e in encoded], dtype=torch.int64),
            "attention_mask": torch.tensor([e.attention_mask for e in encoded], dtype=torch.int64),
        }

    def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:  # noqa: ANN401
        """Adds `token_embeddings`, (texts, tokens, dimensions) float32."""
        inputs = {name: features[name].numpy() for name in ("input_ids", "attention_mask")}
        (hidden,) = self.session.run(["last_hidden_state"], inputs)
        features["token_embeddings"] = torch.from_numpy(np.asarray(hidden))
        return features

    def save(self, output_path: str, *_: Any, **__: Any) -> None:  # noqa: ANN401
        """Copy the two files."""
        for name in FILES:
            shutil.copy2(self.folder / name, output_path)


def load_onnx(folder: Path, config: Mapping[str, Any], threads: int) -> SentenceTransformer:
    """The sentence-transformers model of `folder`; `config` is its embedder.json."""
    modules = [
        OnnxEncoder(folder, config["max_tokens"], threads),
        Pooling(config["dimensions"], pooling_mode=config["pooling"]),
        Normalize(),
    ]
    return SentenceTransformer(modules=modules, prompts=dict(config["prompts"]), device="cpu")
