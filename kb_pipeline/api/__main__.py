"""`python -m kb_pipeline.api`: the API in a process of its own. It ends gracefully on SIGTERM and SIGINT."""

import sys

from kb_pipeline.api.app import create_app
from kb_pipeline.bootstrap import build_serving
from kb_pipeline.settings import Settings
from kb_pipeline.web.program import Address, read_address, serve


def main() -> int:
    """Serve until stopped. 1 when it cannot start."""
    settings = Settings()
    default = Address(settings.host, settings.api_port, "KB_API_PORT")
    return serve(
        lambda: create_app(build_serving(settings)),
        read_address("kb_pipeline.api", "Serve the retrieval API.", default),
        "the retrieval API listens on {url} (docs: /docs)",
        settings.log_level,
        proxies=settings.trusted_proxies,
        access_log=False,  # its metrics count the requests
    )


if __name__ == "__main__":
    sys.exit(main())
