"""Pure functions: values in, values out, no I/O."""
