"""The review page: where people look at changes and decide. Web only; what a decision means is in services and the store."""
