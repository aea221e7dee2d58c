"""Measures the embedded embedder against the same weights in torch float32 and in ONNX float32: speed, likeness, recall.

Everything in one run, on one thread, over English and Thai passages and questions. Downloads the carrier's weights once more,
into a temporary folder, because the float32 models are built from them.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import numpy.typing as npt

from kb_pipeline.adapters.models.carriers import assemble
from kb_pipeline.adapters.models.embedder_blob import Blob, read_blob
from kb_pipeline.adapters.models.embedder_build import onnx_model
from kb_pipeline.adapters.models.registry import EMBEDDING_MODEL, embedding_model_dir
from kb_pipeline.settings import Settings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

CHINESE = ("如何申请退款？", "包裹什么时候送到？", "我忘记了密码，怎么办？", "可以修改收货地址吗？", "为什么我的账户被冻结了？")
PAIRS = (("en", "en"), ("en", "th"), ("th", "en"), ("th", "th"))


class TorchSession:
    """Stands in for the ONNX session: the blob's weights in a float32 BertModel."""

    def __init__(self, blob: Blob) -> None:
        import torch
        from transformers import BertConfig, BertModel

        shape = blob.shape
        config = BertConfig(
            vocab_size=shape.vocabulary,
            hidden_size=shape.hidden,
            num_hidden_layers=shape.layers,
            num_attention_heads=shape.heads,
            intermediate_size=shape.inner,
            max_position_embeddings=shape.positions,
            layer_norm_eps=shape.epsilon,
        )
        self.bert = BertModel(config, add_pooling_layer=False).eval()
        state = {name: torch.from_numpy(values.copy()) for name, values in torch_weights(blob).items()}
        self.bert.load_state_dict(state, strict=False)

    def run(self, _outputs: Sequence[str], inputs: dict[str, Any]) -> list[Any]:
        """As onnxruntime's."""
        import torch

        with torch.inference_mode():
            return [self.bert(**{name: torch.from_numpy(values) for name, values in inputs.items()})[0].numpy()]


def torch_weights(blob: Blob) -> dict[str, Any]:
    """The blob's tensors under BertModel's names."""
    hidden, inner = blob.shape.hidden, blob.shape.inner
    weights = {
        "embeddings.word_embeddings.weight": blob.matrix("emb.word", hidden),
        "embeddings.position_embeddings.weight": blob.floats("emb.pos").reshape(-1, hidden),
        "embeddings.token_type_embeddings.weight": blob.floats("emb.type").reshape(-1, hidden),
        "embeddings.LayerNorm.weight": blob.floats("emb.ln.w"),
        "embeddings.LayerNorm.bias": blob.floats("emb.ln.b"),
    }
    linear = {
        "q": "attention.self.query",
        "k": "attention.self.key",
        "v": "attention.self.value",
        "ao": "attention.output.dense",
    }
    linear |= {"fi": "intermediate.dense", "fo": "output.dense"}
    norms = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
    for n in range(blob.shape.layers):
        for short, name in linear.items():
            weights[f"encoder.layer.{n}.{name}.weight"] = blob.matrix(f"l{n}.{short}.w", inner if short == "fo" else hidden)
            weights[f"encoder.layer.{n}.{name}.bias"] = blob.floats(f"l{n}.{short}.b")
        for short, name in norms.items():
            weights[f"encoder.layer.{n}.{name}.weight"] = blob.floats(f"l{n}.{short}.w")
            weights[f"encoder.layer.{n}.{name}.bias"] = blob.floats(f"l{n}.{short}.b")
    return weights


def engines(folder: Path) -> dict[str, Any]:
    """The three engines as sentence-transformers models, the embedded one last."""
    from kb_pipeline.adapters.models.embedder_onnx import load_onnx

    ours = embedding_model_dir(Settings().model_dir)
    config = json.loads((ours / "embedder.json").read_text(encoding="utf-8"))
    assemble(EMBEDDING_MODEL.carriers, folder / "blob", lambda _: None)
    blob = read_blob((folder / "blob").read_bytes())
    (folder / "model.onnx").write_bytes(onnx_model(blob, quantized=False))
    (folder / "tokenizer.json").write_bytes((ours / "tokenizer.json").read_bytes())
    torch_engine = load_onnx(ours, config, threads=1)
    torch_engine[0].session = TorchSession(blob)
    return {
        "torch fp32": torch_engine,
        "ONNX fp32": load_onnx(folder, config, threads=1),
        "ONNX int8 (ours)": load_onnx(ours, config, threads=1),
    }


def encode(engine: "SentenceTransformer", texts: Sequence[str], role: str) -> npt.NDArray[np.float32]:
    """Unit vectors, in batches of 8 sorted by length."""
    return np.asarray(engine.encode(list(texts), prompt=engine.prompts[role], batch_size=8, show_progress_bar=False))


def per_second(call: Callable[[], Any], items: int) -> tuple[float, Any]:
    """The rate of the faster of two runs, and the result."""
    rates = []
    for _ in range(2):
        start = time.perf_counter()
        result = call()
        rates.append(items / (time.perf_counter() - start))
    return max(rates), result


def speed(models: dict[str, Any], passages: Sequence[str], queries: Sequence[str], chinese: Sequence[str]) -> None:
    """Print the table of speeds and of likeness to torch."""
    print(f"{'engine':18}{'passages/s':>12}{'Thai queries/s':>16}{'query p50 ms':>14}{'x torch':>22}{'cosine en th zh':>24}")
    base: tuple[float, ...] = ()
    reference: list[Any] = []
    for name, engine in models.items():
        encode(engine, passages[:2], "passage")
        rate_p, vectors_p = per_second(lambda engine=engine: encode(engine, passages, "passage"), len(passages))
        rate_q, vectors_q = per_second(lambda engine=engine: encode(engine, queries, "query"), len(queries))
        times = []
        for query in queries[:30]:
            start = time.perf_counter()
            encode(engine, [query], "query")
            times.append(1000 * (time.perf_counter() - start))
        p50 = statistics.median(times)
        vectors = [vectors_p, vectors_q, encode(engine, chinese, "query")]
        base, reference = base or (rate_p, rate_q, p50), reference or vectors
        ratios = f"{rate_p / base[0]:.1f} x  {rate_q / base[1]:.1f} x  {base[2] / p50:.1f} x"
        cosine = " ".join(f"{(a * b).sum(axis=1).mean():.4f}" for a, b in zip(vectors, reference, strict=True))
        print(f"{name:18}{rate_p:12.1f}{rate_q:16.1f}{p50:14.1f}{ratios:>22}{cosine:>24}", flush=True)


def recall(engine: "SentenceTransformer", passages: Sequence[dict[str, str]], questions: Sequence[dict[str, str]]) -> None:
    """Print how often the right passage is the first of all."""
    ids = np.array([p["pid"] for p in passages])
    right = np.array([q["pid"] for q in questions])
    found = {lang: encode(engine, [p[lang] for p in passages], "passage") for lang in ("en", "th")}
    asked = {lang: encode(engine, [q[lang] for q in questions], "query") for lang in ("en", "th")}
    for ask, tell in PAIRS:
        first = ids[np.argmax(asked[ask] @ found[tell].T, axis=1)]
        print(f"R@1 {ask} -> {tell}: {(first == right).mean():.3f}  ({len(questions)} questions, {len(passages)} passages)")


def rows(path: Path) -> list[dict[str, str]]:
    """The objects of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def main() -> None:
    """Run it all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--data", type=Path, default=Path("../shared/data/qa-xquad-en-th"), help="passages.jsonl, questions*.jsonl"
    )
    parser.add_argument("--passages", type=int, default=16, help="passages of about 250 tokens to time (default 16)")
    parser.add_argument("--queries", type=int, default=64, help="Thai queries to time (default 64)")
    parser.add_argument("--questions", type=int, default=300, help="questions for recall (default 300); 0: none")
    args = parser.parse_args()
    passages = rows(args.data / "passages.jsonl")
    questions = [row for path in sorted(args.data.glob("questions*.jsonl")) for row in rows(path)]
    import torch

    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        models = engines(Path(folder))
        ours = models["ONNX int8 (ours)"]
        lengths = {p["en"]: len(ours.tokenizer.encode(p["en"]).ids) for p in passages}
        timed = sorted(lengths, key=lambda text: abs(lengths[text] - 250))[: args.passages]
        speed(models, timed, [q["th"] for q in questions[:: max(1, len(questions) // args.queries)]], CHINESE)
        if args.questions:
            recall(ours, passages, questions[: args.questions])


if __name__ == "__main__":
    main()
