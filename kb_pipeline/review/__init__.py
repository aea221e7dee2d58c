"""The review page: where people look at changes and decide. Only HTTP and HTML; decisions are made in services/review."""
