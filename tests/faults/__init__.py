"""A local model endpoint with every fault as data, and the matrix of faults and stages."""
