"""Takes a model file from the model hub, where the hub can be reached."""

import queue
import threading
from pathlib import Path

from kb_pipeline.adapters.models.registry import HubFile, ModelFile

PROBE_SECONDS = 3.0  # in all, name resolution too


def download_from_hub(hub: HubFile, file: ModelFile, folder: Path) -> Path | None:
    """The file, downloaded into `folder` (an interrupted download resumes), or None: offline, unreachable, or another file.

    Honours the hub client's own settings (`HF_HUB_OFFLINE`, `HF_ENDPOINT`, `HF_TOKEN`).
    """
    from huggingface_hub import constants, hf_hub_download
    from huggingface_hub.errors import HTTPError, XetDownloadError

    if constants.HF_HUB_OFFLINE or _offered_bytes(hub) != file.bytes:
        return None
    try:
        return Path(hf_hub_download(hub.repo, hub.filename, local_dir=folder))
    except (HTTPError, XetDownloadError, OSError):
        return None


def _offered_bytes(hub: HubFile) -> int | None:
    """The size of the hub's file by one HEAD request; None if there is no answer in time."""
    from huggingface_hub import get_hf_file_metadata, hf_hub_url
    from huggingface_hub.errors import HTTPError

    answers: queue.Queue[int | None] = queue.Queue()

    def ask() -> None:
        try:
            answers.put(get_hf_file_metadata(hf_hub_url(hub.repo, hub.filename), timeout=PROBE_SECONDS).size)
        except (HTTPError, OSError):
            answers.put(None)

    threading.Thread(target=ask, daemon=True).start()
    try:
        return answers.get(timeout=PROBE_SECONDS)
    except queue.Empty:
        return None
