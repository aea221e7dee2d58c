"""The retrieval API: HTTP over `services.serve.serving`. It decides nothing itself."""
