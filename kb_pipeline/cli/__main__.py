"""`python -m kb_pipeline.cli`: the `kb` command without its script."""

from kb_pipeline.cli import main

if __name__ == "__main__":
    main()
