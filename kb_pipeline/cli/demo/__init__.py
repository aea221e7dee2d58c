"""`kb demo`: the whole way on one article, in a home of its own."""
