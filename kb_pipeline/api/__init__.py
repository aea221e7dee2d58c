"""The retrieval API: HTTP over `services.serve.serving`. What is found and what is served is decided there and below."""
